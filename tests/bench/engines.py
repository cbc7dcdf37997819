"""Compare the engines: milliseconds that each needs for one square of pixels.

    python -m tests.bench.engines [--rounds 30] [--json FILE]

LiteRT uses one thread. TensorFlow uses its default number of threads, as in a server.
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

WARM_UP_ROUNDS = 3


def make_engines() -> dict[str, Callable[[np.ndarray], object]]:
    """Return functions that classify a (1, 224, 224, 3) uint8 array, by name."""
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
    """Return the milliseconds of each round, after 3 rounds to warm up. Each round runs every engine once."""
    chelsea = (settings.PHOTOS_DIR / "chelsea.png").read_bytes()
    square = decoding.squares(decoding.decode(chelsea), Views.FAST)
    engines = make_engines()
    times: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(rounds + WARM_UP_ROUNDS):
        for name, classify in engines.items():
            began = time.perf_counter()
            classify(square)
            if number >= WARM_UP_ROUNDS:
                times[name].append((time.perf_counter() - began) * 1000)
    return times


def table(times: dict[str, list[float]]) -> str:
    reference = statistics.median(next(iter(times.values())))
    lines = ["| engine | ms: median (min-max) | relative to LiteRT |", "|---|---|---|"]
    for name, values in times.items():
        median = statistics.median(values)
        lines.append(f"| {name} | {median:.1f} ({min(values):.1f}-{max(values):.1f}) | {median / reference:.1f} × |")
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
