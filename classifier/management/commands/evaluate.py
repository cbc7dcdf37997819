"""``manage.py evaluate``: how right the answers are. How every change of model, precision or rule is judged."""

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
from classifier.modelbuild.evaluation import LabelsError, Report, Seen, Truth
from classifier.prediction import service
from classifier.prediction.result import PredictionResult, SquirrelAnswer, VerdictKind
from classifier.prediction.service import ClassifyOptions


class Command(BaseCommand):
    help = "Answers every photo that LABELS.csv names in DIR and says how right that was. Goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("labels", type=Path, metavar="LABELS.csv", help="columns: file, label, perhaps squirrel")
        parser.add_argument("directory", type=Path, metavar="DIR")
        parser.add_argument("--views", type=Views, choices=list(Views), default=Views.BEST)
        parser.add_argument("--engine", choices=["litert", "tensorflow"], default=settings.ENGINE.value)
        parser.add_argument("--precision", choices=list(artifact.MODEL_FILES), default=settings.PRECISION.value)
        parser.add_argument("--answers", type=Path, help="where answers are kept; beside LABELS.csv by default")
        parser.add_argument("--json", type=Path, help="a file for the figures")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            truths = evaluation.read_labels(options["labels"])
        except (LabelsError, OSError) as error:
            raise CommandError(str(error)) from error
        seen = self._answer(truths, options)
        pairs = [(truth, _seen(seen[truth.file])) for truth in truths if "code" not in seen[truth.file]]
        found = evaluation.report(pairs)
        self.stdout.write("\n".join(_table(found)))
        for truth in truths:
            if code := seen[truth.file].get("code"):
                self.stdout.write(f"not answered: {truth.file} [{code}]")
        if options["json"]:
            options["json"].write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")

    def _answer(self, truths: list[Truth], options: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The answers by file: those kept from before, and the missing ones, kept as they come."""
        model = load_model(settings.MODEL_DIR, options["engine"], options["precision"])
        engine, wish = model.make_engine(), ClassifyOptions(options["views"])
        path = options["answers"] or options["labels"].with_suffix(
            f".{options['engine']}.{wish.views}.{model.artifact.version}.jsonl"
        )
        known = _kept(path)
        with path.open("a", encoding="utf-8") as file:
            for truth in tqdm([truth for truth in truths if truth.file not in known], unit="photo", disable=None):
                try:
                    data = (options["directory"] / truth.file).read_bytes()
                    fields = _fields(service.classify_image(model, engine, data, wish))
                except ImageError as error:
                    fields = {"code": error.code}
                except OSError as error:
                    raise CommandError(f"{truth.file}: {error.strerror}") from error
                known[truth.file] = fields
                file.write(json.dumps({"file": truth.file, **fields}) + "\n")
        return known


def _kept(path: Path) -> dict[str, dict[str, Any]]:
    """What an earlier run wrote; a last line that was cut off is answered again."""
    if not path.exists():
        return {}
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0]
    path.write_text(f"{whole}\n" if whole else "", encoding="utf-8")
    lines = [json.loads(line) for line in whole.splitlines()]
    return {fields.pop("file"): fields for fields in lines}


def _fields(answer: PredictionResult) -> dict[str, Any]:
    return {
        "top": [scored.index for scored in answer.predictions],
        "score": answer.predictions[0].score,
        "animal": answer.animal,
        "kind": answer.verdict.kind,
        "wnid": answer.verdict.wnid,
        "squirrel": answer.squirrel,
    }


def _seen(fields: dict[str, Any]) -> Seen:
    return Seen(
        top=tuple(fields["top"]),
        score=fields["score"],
        animal=fields["animal"],
        kind=VerdictKind(fields["kind"]),
        wnid=fields["wnid"],
        squirrel=SquirrelAnswer(fields["squirrel"]),
    )


def _table(found: Report) -> Iterator[str]:
    yield f"photos {found.photos} · top-1 {_share(found.top_1)} · top-5 {_share(found.top_5)}"
    yield f"animal or not: {_share(found.animal_or_not)}"
    yield "\n| verdict | right | wrong | unsure |\n|---|---|---|---|"
    for kind, row in found.verdicts.items():
        yield f"| {kind} | {row['right']} | {row['wrong']} | {row['unsure']} |"
    yield "\n| squirrel? | yes | maybe | no |\n|---|---|---|---|"
    for truth, row in found.squirrels.items():
        yield f"| {truth} | {row['yes']} | {row['maybe']} | {row['no']} |"
    yield "\n| score of the best | photos | mean score | right |\n|---|---|---|---|"
    for place, bar in enumerate(found.reliability):
        if bar.photos:
            low, high = place / len(found.reliability), (place + 1) / len(found.reliability)
            figures = f"{bar.score:.2f} {_bar(bar.score)} | {bar.right:.2f} {_bar(bar.right)}"
            yield f"| {low:.1f}-{high:.1f} | {bar.photos} | {figures} |"
    yield f"expected calibration error: {_figure(found.calibration_error)}"
    yield from (f"wrong: {truth} taken for {said} ({count} ×)" for truth, said, count in found.confusions)


def _bar(share: float) -> str:
    return "▇" * round(share * 10)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
