"""``manage.py classify``: photos and folders of the command line, answered on it."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from classifier import services
from classifier.answer import Answer
from classifier.crops import Views
from classifier.errors import PictureError
from classifier.inference.engine import Engine
from classifier.inference.model import Model, load_model
from classifier.services import Wish


class Command(BaseCommand):
    help = "Says what animal is in each picture. Folders are walked; a bad file is a coded error on its own line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--views", type=Views, choices=list(Views), default=Views.BEST)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *_: Any, **options: Any) -> None:
        model = load_model(settings.MODEL_DIR, settings.ENGINE, settings.PRECISION)
        engine, wish = model.make_engine(), Wish(options["views"])
        write = self._write_json if options["json"] else self._write_words
        for path in _files(options["paths"]):
            write(path, _identify(model, engine, path, wish))

    def _write_json(self, path: Path, found: Answer | PictureError) -> None:
        fields = {"code": found.code, "message": found.message} if isinstance(found, PictureError) else _fields(found)
        self.stdout.write(json.dumps({"path": str(path), **fields}))

    def _write_words(self, path: Path, found: Answer | PictureError) -> None:
        if isinstance(found, PictureError):
            self.stdout.write(f"{path}: {found.message} [{found.code}]")
        else:
            self.stdout.write(f"{path}: {found.verdict.sentence} ({found.verdict.score:.0%})")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file())
        else:
            yield path


def _identify(model: Model, engine: Engine, path: Path, wish: Wish) -> Answer | PictureError:
    try:
        return services.identify(model, engine, path.read_bytes(), wish)
    except OSError as error:
        return PictureError("image.unreadable", f"{error.strerror}.")
    except PictureError as error:
        return error


def _fields(answer: Answer) -> dict[str, Any]:
    return {
        "verdict": asdict(answer.verdict),
        "squirrel": answer.squirrel,
        "animal": round(answer.animal, 6),
        "predictions": [scored.as_json() for scored in answer.predictions],
        "views": answer.views,
        "timings": asdict(answer.timings),
    }
