"""``manage.py build_model``: build the model artefact from the official Keras weights, unless it is complete."""

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
    help = "Build the LiteRT model from the official Keras weights and compare it with Keras on real photos."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weights", type=Path, help="the official Keras .h5 file; downloaded by default")
        parser.add_argument("--photos", type=Path, help="a folder of other photos for the comparison")
        parser.add_argument("--force", action="store_true", help="build even if the artefact is complete")

    def handle(self, *_: Any, **options: Any) -> None:
        downloads = settings.BUILD_DIR / "downloads"
        print_line = self.stdout.write
        try:
            weights.extract_photos(settings.PHOTOS_DIR, downloads, print_line)
            if options["force"] or not artifact.is_built(settings.MODEL_DIR, WEIGHTS_SHA256):
                content, source = weights.find_weights(options["weights"], settings.KERAS_HOME, downloads, print_line)
                self._build(content, source, options["photos"] or settings.PHOTOS_DIR)
        except WeightsError as error:
            raise CommandError(str(error)) from error
        for precision in artifact.MODEL_FILES:
            model = artifact.load(settings.MODEL_DIR, precision)
            size = f"{len(model.content):,} bytes"
            self.stdout.write(f"Model: {model.name} {precision} {model.version}, {size}, verified.")

    def _build(self, content: bytes, source: str, photos: Path) -> None:
        calibration = weights.calibration_photos(settings.BUILD_DIR / "downloads", self.stdout.write)
        self.stdout.write(f"Building the model from {source}, float32 and int8 (TensorFlow starts; about a minute) …")
        with _redirect_output(settings.BUILD_DIR / "build.log"):
            from classifier.modelbuild import build  # noqa: PLC0415 - TensorFlow, which most calls do not need

            try:
                differences = build.build(build.Weights(content, source), photos, calibration, settings.MODEL_DIR)
            except (build.ModelMismatchError, ImageError) as error:
                raise CommandError(str(error)) from error
        max_difference = max(differences.values())
        self.stdout.write(f"Equal to Keras on {len(differences)} photos: max |Δp| {max_difference:.1e}.")


@contextmanager
def _redirect_output(path: Path) -> Iterator[None]:
    """Redirect the output of TensorFlow, some of it from C++, to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    originals = os.dup(1), os.dup(2)
    sys.stdout.flush()
    with path.open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        for descriptor, original in zip((1, 2), originals, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
