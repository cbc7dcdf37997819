"""The figures that every change is judged by."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from classifier.modelbuild import evaluation
from classifier.modelbuild.evaluation import LabelsError, Seen, Truth
from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import index_of

CAT, PUG, MUG = index_of("n02124075"), index_of("n02110958"), index_of("n03063599")
DOMESTIC_CAT, DOG = "n02121808", "n02084071"


def truth(label: str, *, squirrel: bool | None = False) -> Truth:
    leaves, index = evaluation._meaning(label, "here")
    return Truth("photo.jpg", label, leaves, index, squirrel)


def seen(
    kind: VerdictKind, wnid: str, *, top: int = CAT, score: float = 0.9, squirrel: SquirrelAnswer = SquirrelAnswer.NO
) -> Seen:
    return Seen((top, PUG, MUG, 1, 2), score, 0.0 if kind is VerdictKind.NONE else 0.95, kind, wnid, squirrel)


def labels_file(folder, text: str):
    (folder / "labels.csv").write_text(text)
    return folder / "labels.csv"


@pytest.mark.parametrize(
    ("label", "answer", "judgement"),
    [
        ("Egyptian_cat", seen(VerdictKind.SPECIES, "n02124075"), "right"),
        ("Egyptian_cat", seen(VerdictKind.GROUP, DOMESTIC_CAT), "right"),
        ("domestic_cat", seen(VerdictKind.SPECIES, "n02124075"), "right"),
        ("Egyptian_cat", seen(VerdictKind.ANIMAL, taxonomy.ROOT), "right"),
        ("Egyptian_cat", seen(VerdictKind.GROUP, DOG), "wrong"),
        ("Egyptian_cat", seen(VerdictKind.NONE, "n03063599"), "wrong"),
        ("Egyptian_cat", seen(VerdictKind.UNSURE, DOMESTIC_CAT), "unsure"),
        ("none", seen(VerdictKind.NONE, "n03063599"), "right"),
        ("none", seen(VerdictKind.GROUP, DOG), "wrong"),
        ("espresso", seen(VerdictKind.NONE, "n03063599"), "right"),
    ],
)
def test_a_verdict_is_right_wrong_or_unsure(label, answer, judgement):
    assert evaluation.judged(truth(label), answer) == judgement


def test_top_1_and_top_5_are_of_photos_with_one_class():
    pairs = [
        (truth("Egyptian_cat"), seen(VerdictKind.SPECIES, "n02124075")),
        (truth("pug"), seen(VerdictKind.SPECIES, "n02124075")),
        (truth("domestic_cat"), seen(VerdictKind.SPECIES, "n02124075")),
    ]
    found = evaluation.report(pairs)
    assert (found.photos, found.top_1, found.top_5) == (3, 0.5, 1.0)
    assert found.confusions == (("pug", "Egyptian_cat", 1),)


def test_calibration_is_how_far_scores_are_from_being_right():
    pairs = [(truth("Egyptian_cat"), seen(VerdictKind.SPECIES, "n02124075", score=0.75))] * 3
    pairs += [(truth("pug"), seen(VerdictKind.SPECIES, "n02124075", score=0.75))]
    assert evaluation.report(pairs).calibration_error == pytest.approx(0)
    assert evaluation.report(pairs[:3]).calibration_error == pytest.approx(0.25)


def test_the_squirrel_rule_is_counted_where_the_truth_is_known():
    said = seen(VerdictKind.ANIMAL, taxonomy.ROOT, squirrel=SquirrelAnswer.MAYBE)
    found = evaluation.report([(truth("squirrel", squirrel=known), said) for known in (True, False, None)])
    assert found.squirrels["squirrel"]["maybe"] == found.squirrels["no squirrel"]["maybe"] == 1


def test_nothing_seen_is_no_figure():
    found = evaluation.report([])
    assert (found.top_1, found.animal_or_not, found.calibration_error) == (None, None, None)


def test_labels_may_be_classes_groups_wnids_or_none(tmp_path):
    path = labels_file(
        tmp_path, "file,label,squirrel\na,fox_squirrel,\nb,rodent,\nc,n02084071,\nd,none,\ne,mouse,yes\n"
    )
    found = evaluation.read_labels(path)
    assert [one.squirrel for one in found] == [True, None, False, False, True]
    assert [len(one.leaves) for one in found] == [1, 6, 118, 0, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,label\na,pug\n", "needs the columns file and label"),
        ("file,label\na,pug\nb,unicorn\n", "line 3: 'unicorn' is no class"),
        ("file,label,squirrel\na,pug,perhaps\n", "line 2: squirrel is 'perhaps'"),
    ],
)
def test_a_bad_labels_file_is_refused_by_line(tmp_path, text, words):
    with pytest.raises(LabelsError, match=words):
        evaluation.read_labels(labels_file(tmp_path, text))


def evaluate(path, photos, *options) -> str:
    out = io.StringIO()
    call_command("evaluate", str(path), str(photos), "--views", "fast", *options, stdout=out)
    return out.getvalue()


def test_it_evaluates_real_photos_and_goes_on_where_it_stopped(tmp_path, photos):
    path = labels_file(tmp_path, "file,label\nchelsea.png,domestic_cat\ncoffee.png,espresso\n")
    answers = tmp_path / "answers.jsonl"
    said = evaluate(path, photos, "--answers", str(answers), "--json", str(tmp_path / "figures.json"))
    assert "photos 2 · top-1 100.0%" in said
    assert json.loads((tmp_path / "figures.json").read_text())["animal_or_not"] == 1
    first = answers.read_text()
    answers.write_text(first + '{"file": "cut o')
    assert evaluate(path, photos, "--answers", str(answers)) == said
    assert answers.read_text() == first


def test_a_photo_that_is_not_there_is_named(tmp_path, photos):
    with pytest.raises(CommandError, match=r"nothing\.jpg: No such file"):
        evaluate(labels_file(tmp_path, "file,label\nnothing.jpg,pug\n"), photos)


def test_a_file_that_is_no_picture_is_listed_by_its_code(tmp_path):
    path = labels_file(tmp_path, "file,label\nlabels.csv,pug\n")
    assert "not answered: labels.csv [image.unreadable]" in evaluate(path, tmp_path)
