"""Upper limit of the benchmark: decoding and model in a loop on one thread, without a server.

python -m tests.bench.bare_loop PICTURE SECONDS        (PRECISION= as for the server)

Prints one line of JSON with the values that the load generator returns.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402

from classifier.imaging import decoding  # noqa: E402
from classifier.imaging.crops import Views  # noqa: E402
from classifier.inference.model import load_model  # noqa: E402
from tests.bench.measurements import quantile  # noqa: E402


def main() -> None:
    picture, seconds = Path(sys.argv[1]).read_bytes(), float(sys.argv[2])
    engine = load_model(settings.MODEL_DIR, settings.ENGINE, settings.PRECISION).make_engine()

    def classify() -> None:
        engine.predict(decoding.squares(decoding.decode(picture), Views.FAST))

    classify()
    times: list[float] = []
    began, cpu_before = time.perf_counter(), time.process_time()
    while (now := time.perf_counter()) < began + seconds:
        classify()
        times.append(time.perf_counter() - now)
    elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu_before
    times.sort()
    values = {
        "images_per_s": len(times) / elapsed,
        "cpu_ms": cpu / len(times) * 1000,
        **{f"p{percent}_ms": quantile(times, percent / 100) * 1000 for percent in (50, 95, 99)},
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "bytes_up": 0,
        "bytes_down": 0,
        "images": len(times),
    }
    sys.stdout.write(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
