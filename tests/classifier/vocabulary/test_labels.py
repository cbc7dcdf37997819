"""The labels are Keras's own, byte for byte."""

import hashlib
import json

from classifier.vocabulary.labels import ANIMALS, labels


def test_they_are_the_table_that_keras_decodes_with():
    """``imagenet_class_index.json`` as Keras publishes it: 35,363 bytes of this MD5."""
    table = json.dumps({str(label.index): [label.wnid, label.label] for label in labels()})
    assert len(table) == 35_363
    assert hashlib.md5(table.encode(), usedforsecurity=False).hexdigest() == "c2c37ea517e94d9795004a39431a14cb"


def test_the_398_animals_come_first():
    assert [label.index for label in labels() if label.is_animal] == list(range(ANIMALS))
    assert (labels()[ANIMALS - 1].label, labels()[ANIMALS].label) == ("puffer", "abacus")


def test_a_label_is_read_in_words():
    assert labels()[285].words == "Egyptian cat"
