"""Tests that the labels are identical to those of Keras."""

import hashlib
import json

from classifier.vocabulary.labels import ANIMALS, labels


def test_labels_are_the_table_that_keras_decodes_with():
    """Keras publishes ``imagenet_class_index.json`` with 35,363 bytes and this MD5."""
    table = json.dumps({str(label.index): [label.wnid, label.label] for label in labels()})
    assert len(table) == 35_363
    assert hashlib.md5(table.encode(), usedforsecurity=False).hexdigest() == "c2c37ea517e94d9795004a39431a14cb"


def test_the_398_animal_classes_come_first():
    assert [label.index for label in labels() if label.is_animal] == list(range(ANIMALS))
    assert (labels()[ANIMALS - 1].label, labels()[ANIMALS].label) == ("puffer", "abacus")


def test_words_of_a_label_have_spaces_instead_of_underscores():
    assert labels()[285].words == "Egyptian cat"
