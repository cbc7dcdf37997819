"""``manage.py build_model``: the model artefact from the official Keras weights. Seconds when it is there already."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classifier.errors import ImageError
from classifier.inference import artifact
from classifier.modelbuild import weights
from classifier.modelbuild.weights import WEIGHTS_SHA256, WeightsError


class Command(BaseCommand):
    help = "Builds the LiteRT model from the official Keras weights, proves it equal on real photos, and keeps it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weights", type=Path, help="the official Keras .h5, when it is at hand")
        parser.add_argument("--photos", type=Path, help="a folder of photos to prove the build with instead")
        parser.add_argument("--force", action="store_true", help="build even if a whole artefact is there")

    def handle(self, *_: Any, **options: Any) -> None:
        downloads = settings.BUILD_DIR / "downloads"
        try:
            weights.extract_photos(settings.PHOTOS_DIR, downloads, self.stdout.write)
            if options["force"] or not artifact.is_built(settings.MODEL_DIR, WEIGHTS_SHA256):
                found = weights.find_weights(options["weights"], settings.KERAS_HOME, downloads, self.stdout.write)
                self._build(*found, options["photos"] or settings.PHOTOS_DIR)
        except WeightsError as error:
            raise CommandError(str(error)) from error
        for precision in artifact.MODEL_FILES:
            model = artifact.load(settings.MODEL_DIR, precision)
            size = f"{len(model.content):,} bytes"
            self.stdout.write(f"Model: {model.name} {precision} {model.version}, {size}, verified.")

    def _build(self, content: bytes, source: str, photos: Path) -> None:
        calibration = weights.calibration_photos(settings.BUILD_DIR / "downloads", self.stdout.write)
        self.stdout.write(f"Building the model from {source}, float32 and int8 (TensorFlow starts, about a minute) …")
        with _output_into(settings.BUILD_DIR / "build.log"):
            from classifier.modelbuild import build  # noqa: PLC0415 - TensorFlow, which most calls do without

            try:
                parity = build.build(build.Weights(content, source), photos, calibration, settings.MODEL_DIR)
            except (build.ParityError, ImageError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"Equal to Keras on {len(parity)} photos: max |Δp| {max(parity.values()):.1e}.")


@contextmanager
def _output_into(path: Path) -> Iterator[None]:
    """TensorFlow's own talk, some of it from C++, goes into a file instead of the terminal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(1), os.dup(2)
    sys.stdout.flush()
    with path.open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        for descriptor, original in zip((1, 2), kept, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
