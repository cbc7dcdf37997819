"""Tests of the evaluation: its figures, the labels file and ``manage.py evaluate``."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from classifier.modelbuild import evaluation
from classifier.modelbuild.evaluation import LabelledPhoto, LabelsError, PhotoResult
from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import index_of

EGYPTIAN_CAT, PUG = "n02124075", "n02110958"
COFFEE_MUG = "n03063599"
DOMESTIC_CAT, DOG = "n02121808", "n02084071"


def write_labels(folder, text: str):
    path = folder / "labels.csv"
    path.write_text(text)
    return path


@pytest.fixture
def labelled(tmp_path):
    """Return a function that reads a photo with the given label."""

    def read(label: str, squirrel: str = "") -> LabelledPhoto:
        return evaluation.read_labels(write_labels(tmp_path, f"file,label,squirrel\nphoto.jpg,{label},{squirrel}\n"))[0]

    return read


def result_of(
    kind: VerdictKind,
    wnid: str,
    *,
    score: float = 0.9,
    squirrel: SquirrelAnswer = SquirrelAnswer.NO,
) -> PhotoResult:
    """Return a result with the given verdict; the most probable classes are Egyptian cat, pug and coffee mug."""
    top = (index_of(EGYPTIAN_CAT), index_of(PUG), index_of(COFFEE_MUG), 1, 2)
    return PhotoResult(top, score, 0.0 if kind is VerdictKind.NONE else 0.95, kind, wnid, squirrel)


CAT_RESULT = result_of(VerdictKind.SPECIES, EGYPTIAN_CAT)


@pytest.mark.parametrize(
    ("label", "result", "judgement"),
    [
        ("Egyptian_cat", result_of(VerdictKind.SPECIES, EGYPTIAN_CAT), "right"),
        ("Egyptian_cat", result_of(VerdictKind.GROUP, DOMESTIC_CAT), "right"),
        ("domestic_cat", result_of(VerdictKind.SPECIES, EGYPTIAN_CAT), "right"),
        ("Egyptian_cat", result_of(VerdictKind.ANIMAL, taxonomy.ROOT), "right"),
        ("Egyptian_cat", result_of(VerdictKind.GROUP, DOG), "wrong"),
        ("Egyptian_cat", result_of(VerdictKind.NONE, COFFEE_MUG), "wrong"),
        ("Egyptian_cat", result_of(VerdictKind.UNSURE, DOMESTIC_CAT), "unsure"),
        ("none", result_of(VerdictKind.NONE, COFFEE_MUG), "right"),
        ("none", result_of(VerdictKind.GROUP, DOG), "wrong"),
        ("espresso", result_of(VerdictKind.NONE, COFFEE_MUG), "right"),
    ],
)
def test_a_verdict_is_right_wrong_or_unsure(labelled, label, result, judgement):
    assert evaluation.judge_verdict(labelled(label), result) == judgement


def test_top_1_and_top_5_count_photos_that_are_labelled_with_a_class(labelled):
    report = evaluation.create_report(
        [(labelled(label), CAT_RESULT) for label in ("Egyptian_cat", "pug", "domestic_cat")]
    )
    assert (report.photos, report.top_1, report.top_5) == (3, 0.5, 1.0)
    assert report.confusions == (("pug", "Egyptian_cat", 1),)


def test_calibration_error_is_the_distance_of_scores_from_the_share_of_right_answers(labelled):
    result = result_of(VerdictKind.SPECIES, EGYPTIAN_CAT, score=0.75)
    pairs = [(labelled(label), result) for label in ("Egyptian_cat", "Egyptian_cat", "Egyptian_cat", "pug")]
    assert evaluation.create_report(pairs).calibration_error == pytest.approx(0)
    assert evaluation.create_report(pairs[:3]).calibration_error == pytest.approx(0.25)


def test_squirrel_answers_are_counted_if_the_label_tells_about_squirrels(labelled):
    result = result_of(VerdictKind.ANIMAL, taxonomy.ROOT, squirrel=SquirrelAnswer.MAYBE)
    report = evaluation.create_report([(labelled("rodent", squirrel), result) for squirrel in ("yes", "no", "")])
    assert report.squirrels["squirrel"]["maybe"] == report.squirrels["no squirrel"]["maybe"] == 1


def test_report_without_photos_has_no_shares():
    report = evaluation.create_report([])
    assert (report.top_1, report.animal_or_not, report.calibration_error) == (None, None, None)


def test_labels_are_classes_groups_wnids_or_none(tmp_path):
    rows = ("a,fox_squirrel,", "b,rodent,", "c,n02084071,", "d,none,", "e,mouse,yes")
    photos = evaluation.read_labels(write_labels(tmp_path, "\n".join(("file,label,squirrel", *rows, ""))))
    assert [photo.has_squirrel for photo in photos] == [True, None, False, False, True]
    assert [len(photo.animal_classes) for photo in photos] == [1, 6, 118, 0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,label\na,pug\n", "needs the columns file and label"),
        ("file,label\na,pug\nb,unicorn\n", "line 3: 'unicorn' is not a class"),
        ("file,label,squirrel\na,pug,perhaps\n", "line 2: squirrel is 'perhaps'"),
    ],
)
def test_error_names_the_bad_line_of_a_labels_file(tmp_path, text, message):
    with pytest.raises(LabelsError, match=message):
        evaluation.read_labels(write_labels(tmp_path, text))


def run_evaluate(labels_path, photos, *options) -> str:
    output = io.StringIO()
    call_command("evaluate", str(labels_path), str(photos), "--views", "fast", *options, stdout=output)
    return output.getvalue()


def test_evaluate_reports_the_accuracy_and_continues_an_interrupted_run(tmp_path, photos):
    labels_path = write_labels(tmp_path, "file,label\nchelsea.png,domestic_cat\ncoffee.png,espresso\n")
    answers = tmp_path / "answers.jsonl"
    output = run_evaluate(labels_path, photos, "--answers", str(answers), "--json", str(tmp_path / "report.json"))
    assert "photos 2 · top-1 100.0%" in output
    assert json.loads((tmp_path / "report.json").read_text())["animal_or_not"] == 1
    complete = answers.read_text()
    answers.write_text(complete + '{"file": "cut o')
    assert run_evaluate(labels_path, photos, "--answers", str(answers)) == output
    assert answers.read_text() == complete


def test_evaluate_names_a_missing_photo(tmp_path, photos):
    with pytest.raises(CommandError, match=r"nothing\.jpg: No such file"):
        run_evaluate(write_labels(tmp_path, "file,label\nnothing.jpg,pug\n"), photos)


def test_evaluate_lists_a_file_that_is_not_a_picture_with_its_code(tmp_path):
    labels_path = write_labels(tmp_path, "file,label\nlabels.csv,pug\n")
    assert "not classified: labels.csv [image.unreadable]" in run_evaluate(labels_path, tmp_path)
