"""``manage.py classify``: classify photos and folders given on the command line."""

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
    help = "Print which animal each picture shows, one line per file. A file that is no picture gets an error code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="a picture or a folder, searched with its subfolders"
        )
        parser.add_argument("--views", type=Views, choices=list(Views), default=Views.BEST)
        parser.add_argument("--json", action="store_true", help="print one JSON object per line")

    def handle(self, *_: Any, **options: Any) -> None:
        model = load_model(settings.MODEL_DIR, settings.ENGINE, settings.PRECISION)
        engine, classify_options = model.make_engine(), ClassifyOptions(options["views"])
        write = self._write_json if options["json"] else self._write_text
        for path in _files(options["paths"]):
            write(path, _classify(model, engine, path, classify_options))

    def _write_json(self, path: Path, result: PredictionResult | ImageError) -> None:
        self.stdout.write(msgspec.json.encode({"path": str(path), **_fields(result)}).decode())

    def _write_text(self, path: Path, result: PredictionResult | ImageError) -> None:
        if isinstance(result, ImageError):
            self.stdout.write(f"{path}: {result.message} [{result.code}]")
        else:
            self.stdout.write(f"{path}: {result.verdict.sentence} ({result.verdict.score:.0%})")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(child for child in path.rglob("*") if child.is_file())
        else:
            yield path


def _classify(model: Model, engine: Engine, path: Path, options: ClassifyOptions) -> PredictionResult | ImageError:
    try:
        return service.classify_image(model, engine, path.read_bytes(), options)
    except OSError as error:
        return ImageError("image.unreadable", f"{error.strerror}.")
    except ImageError as error:
        return error


def _fields(result: PredictionResult | ImageError) -> dict[str, Any]:
    if isinstance(result, ImageError):
        return {"code": result.code, "message": result.message}
    return {
        "verdict": result.verdict,
        "squirrel": result.squirrel,
        "animal": result.animal,
        "predictions": result.predictions,
        "views": result.views,
        "timings": result.timings,
    }
