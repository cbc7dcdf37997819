"""One square through each engine, in one run: milliseconds, and how they compare.

    python -m tests.bench.engines [--rounds 30] [--json FILE]

One thread for LiteRT; TensorFlow takes the threads it wants, as it would in a server.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402

from classifier.imaging import decoding  # noqa: E402
from classifier.imaging.crops import Views  # noqa: E402
from classifier.inference.artifact import verify_weights  # noqa: E402
from classifier.inference.keras import reference_model  # noqa: E402
from classifier.inference.model import load_model  # noqa: E402


def candidates() -> dict[str, Callable[[np.ndarray], object]]:
    """What can answer a (1, 224, 224, 3) uint8 square."""
    keras = reference_model(verify_weights(settings.MODEL_DIR))
    litert = load_model(settings.MODEL_DIR, "litert").make_engine()
    traced = load_model(settings.MODEL_DIR, "tensorflow").make_engine()
    return {
        "LiteRT float32, 1 thread": litert.predict,
        "tf.function": traced.predict,
        "Keras model.predict": lambda squares: keras.predict(squares, verbose=0),
        "Keras model(x), eager": keras,
    }


def measure(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each round, the candidates taking turns."""
    chelsea = (settings.PHOTOS_DIR / "chelsea.png").read_bytes()
    square = decoding.squares(decoding.decode(chelsea), Views.FAST)
    engines = candidates()
    times: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(rounds + 3):
        for name, answer in engines.items():
            began = time.perf_counter()
            answer(square)
            if turn >= 3:
                times[name].append((time.perf_counter() - began) * 1000)
    return times


def table(times: dict[str, list[float]]) -> str:
    first = statistics.median(next(iter(times.values())))
    lines = ["| engine | ms: median (min-max) | of LiteRT's |", "|---|---|---|"]
    for name, found in times.items():
        middle = statistics.median(found)
        lines.append(f"| {name} | {middle:.1f} ({min(found):.1f}-{max(found):.1f}) | {middle / first:.1f} × |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    times = measure(options.rounds)
    sys.stdout.write(table(times) + "\n")
    if options.json:
        options.json.write_text(json.dumps(times, indent=2))


if __name__ == "__main__":
    main()
