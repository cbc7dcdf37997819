"""``manage.py classify``: photos and folders of the command line, answered on it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand

from classifier.errors import ImageError
from classifier.imaging.crops import Views
from classifier.inference.engine import Engine
from classifier.inference.model import Model, load_model
from classifier.prediction import service
from classifier.prediction.result import PredictionResult
from classifier.prediction.service import ClassifyOptions


class Command(BaseCommand):
    help = "Says what animal is in each picture. Folders are walked; a bad file is a coded error on its own line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--views", type=Views, choices=list(Views), default=Views.BEST)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *_: Any, **options: Any) -> None:
        model = load_model(settings.MODEL_DIR, settings.ENGINE, settings.PRECISION)
        engine, wish = model.make_engine(), ClassifyOptions(options["views"])
        write = self._write_json if options["json"] else self._write_words
        for path in _files(options["paths"]):
            write(path, _identify(model, engine, path, wish))

    def _write_json(self, path: Path, found: PredictionResult | ImageError) -> None:
        fields = {"code": found.code, "message": found.message} if isinstance(found, ImageError) else _fields(found)
        self.stdout.write(msgspec.json.encode({"path": str(path), **fields}).decode())

    def _write_words(self, path: Path, found: PredictionResult | ImageError) -> None:
        if isinstance(found, ImageError):
            self.stdout.write(f"{path}: {found.message} [{found.code}]")
        else:
            self.stdout.write(f"{path}: {found.verdict.sentence} ({found.verdict.score:.0%})")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file())
        else:
            yield path


def _identify(model: Model, engine: Engine, path: Path, wish: ClassifyOptions) -> PredictionResult | ImageError:
    try:
        return service.classify_image(model, engine, path.read_bytes(), wish)
    except OSError as error:
        return ImageError("image.unreadable", f"{error.strerror}.")
    except ImageError as error:
        return error


def _fields(answer: PredictionResult) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "squirrel": answer.squirrel,
        "animal": answer.animal,
        "predictions": answer.predictions,
        "views": answer.views,
        "timings": answer.timings,
    }
