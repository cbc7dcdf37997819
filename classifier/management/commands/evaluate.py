"""``manage.py evaluate``: measure the accuracy of the answers on labelled photos."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from classifier.errors import ImageError
from classifier.imaging.crops import Views
from classifier.inference import artifact
from classifier.inference.model import load_model
from classifier.modelbuild import evaluation
from classifier.modelbuild.evaluation import LabelledPhoto, LabelsError, PhotoResult, Report
from classifier.prediction import service
from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.prediction.service import ClassifyOptions

#: The JSON fields of one stored answer: those of ``PhotoResult``, or the ``code`` of an error.
StoredAnswer = dict[str, Any]


class Command(BaseCommand):
    help = "Classify every photo of LABELS.csv in DIR and report the accuracy. An interrupted run can be continued."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("labels", type=Path, metavar="LABELS.csv", help="columns: file, label, optionally squirrel")
        parser.add_argument("directory", type=Path, metavar="DIR", help="the folder with the photos")
        parser.add_argument("--views", type=Views, choices=list(Views), default=Views.BEST)
        parser.add_argument("--engine", choices=["litert", "tensorflow"], default=settings.ENGINE.value)
        parser.add_argument("--precision", choices=list(artifact.MODEL_FILES), default=settings.PRECISION.value)
        parser.add_argument("--answers", type=Path, help="the file that stores the answers; default: beside LABELS.csv")
        parser.add_argument("--json", type=Path, help="a file to write the report to")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            photos = evaluation.read_labels(options["labels"])
        except (LabelsError, OSError) as error:
            raise CommandError(str(error)) from error
        answers = self._classify(photos, options)
        pairs = [(photo, _to_result(answers[photo.file])) for photo in photos if "code" not in answers[photo.file]]
        report = evaluation.create_report(pairs)
        self.stdout.write("\n".join(_format_report(report)))
        for photo in photos:
            if code := answers[photo.file].get("code"):
                self.stdout.write(f"not classified: {photo.file} [{code}]")
        if options["json"]:
            options["json"].write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")

    def _classify(self, photos: list[LabelledPhoto], options: dict[str, Any]) -> dict[str, StoredAnswer]:
        """Return the answers by file name: those of an earlier run, and the missing ones, stored one by one."""
        model = load_model(settings.MODEL_DIR, options["engine"], options["precision"])
        engine, classify_options = model.make_engine(), ClassifyOptions(options["views"])
        path = options["answers"] or options["labels"].with_suffix(
            f".{options['engine']}.{options['views']}.{model.artifact.version}.jsonl"
        )
        answers = _read_answers(path)
        missing = [photo for photo in photos if photo.file not in answers]
        with path.open("a", encoding="utf-8") as file:
            for photo in tqdm(missing, unit="photo", disable=None):
                try:
                    data = (options["directory"] / photo.file).read_bytes()
                    result = service.classify_image(model, engine, data, classify_options)
                    answer = asdict(PhotoResult.from_prediction(result))
                except ImageError as error:
                    answer = {"code": error.code}
                except OSError as error:
                    raise CommandError(f"{photo.file}: {error.strerror}") from error
                answers[photo.file] = answer
                file.write(json.dumps({"file": photo.file, **answer}) + "\n")
        return answers


def _read_answers(path: Path) -> dict[str, StoredAnswer]:
    """Read the answers of an earlier run, and remove a last line that was cut off."""
    if not path.exists():
        return {}
    complete_lines = path.read_text(encoding="utf-8").rpartition("\n")[0]
    path.write_text(f"{complete_lines}\n" if complete_lines else "", encoding="utf-8")
    answers = [json.loads(line) for line in complete_lines.splitlines()]
    return {answer.pop("file"): answer for answer in answers}


def _to_result(answer: StoredAnswer) -> PhotoResult:
    return PhotoResult(
        top=tuple(answer["top"]),
        score=answer["score"],
        animal=answer["animal"],
        kind=VerdictKind(answer["kind"]),
        wnid=answer["wnid"],
        squirrel=SquirrelAnswer(answer["squirrel"]),
    )


def _format_report(report: Report) -> Iterator[str]:
    yield f"photos {report.photos} · top-1 {_format_share(report.top_1)} · top-5 {_format_share(report.top_5)}"
    yield f"animal or not: {_format_share(report.animal_or_not)} right"
    yield "\n| verdict | right | wrong | unsure |\n|---|---|---|---|"
    for kind, counts in report.verdicts.items():
        yield f"| {kind} | {counts['right']} | {counts['wrong']} | {counts['unsure']} |"
    yield "\n| squirrel? | yes | maybe | no |\n|---|---|---|---|"
    for truth, counts in report.squirrels.items():
        yield f"| {truth} | {counts['yes']} | {counts['maybe']} | {counts['no']} |"
    yield from _format_reliability(report)
    error = report.calibration_error
    yield f"expected calibration error: {'-' if error is None else f'{error:.3f}'}"
    yield from (f"wrong: {label} classified as {top} ({count} ×)" for label, top, count in report.confusions)


def _format_reliability(report: Report) -> Iterator[str]:
    yield "\n| top score | photos | mean score | right |\n|---|---|---|---|"
    bin_count = len(report.reliability)
    for index, score_bin in enumerate(report.reliability):
        if score_bin.photos:
            low, high = index / bin_count, (index + 1) / bin_count
            score = f"{score_bin.score:.2f} {_bar(score_bin.score)}"
            right = f"{score_bin.right:.2f} {_bar(score_bin.right)}"
            yield f"| {low:.1f}-{high:.1f} | {score_bin.photos} | {score} | {right} |"


def _bar(share: float) -> str:
    return "▇" * round(share * 10)


def _format_share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
