"""Measure a first visit with an empty cache on a slow network and processor, in a throttled browser.

    python -m tests.bench.first_visit [--rounds 5] [--photo FILE]

Chromium emulates the network as Lighthouse's "slow 4G". It does not slow WebSockets down: the upload time of the photo
is computed from its bytes and added.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from tests.e2e.conftest import BROWSERS
from tests.server_process import ROOT, RunningServer, make_build_dir, running_server


@dataclass(frozen=True, slots=True)
class Throttle:
    """Network speed in bits per second, latency of each request, and the factor that slows the processor down."""

    name: str
    download_bits: int = -1
    upload_bits: int = -1
    latency_ms: float = 0
    cpu_factor: float = 1


THROTTLES = (
    Throttle("none"),
    Throttle("slow 4G, processor 4 times slower", 1_638_400, 750_000, 150, 4),
)
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
CAT = ROOT / "var" / "build" / "photos" / "chelsea.png"


def throttle_page(page: Page, throttle: Throttle) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    conditions = {
        "offline": False,
        "latency": throttle.latency_ms,
        "downloadThroughput": throttle.download_bits / 8 if throttle.download_bits > 0 else -1,
        "uploadThroughput": throttle.upload_bits / 8 if throttle.upload_bits > 0 else -1,
    }
    session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle.cpu_factor})


def visit(browser: Browser, server: RunningServer, photo: Path, throttle: Throttle) -> dict[str, float]:
    """Return the milliseconds from the request to the first paint, the usable page and the answer."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    throttle_page(page, throttle)
    sent_bytes: list[int] = []
    page.on("websocket", lambda websocket: websocket.on("framesent", lambda frame: sent_bytes.append(len(frame))))
    began = time.perf_counter()
    page.goto(server.url)
    loaded = time.perf_counter()
    page.locator("#file").set_input_files(photo)
    expect(page.get_by_text("That is a cat.")).to_be_visible(timeout=60_000)
    answered = time.perf_counter()
    first_paint_ms = float(page.evaluate(FIRST_PAINT))
    context.close()
    upload_s = sum(sent_bytes) * 8 / throttle.upload_bits if throttle.upload_bits > 0 else 0
    return {
        "first paint": first_paint_ms,
        "ready for a photo": (loaded - began) * 1000,
        "first answer": (answered - began + upload_s) * 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photo", type=Path, default=CAT, help="a photo of a cat")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build = make_build_dir(Path(folder) / "build")
        with running_server(Path(folder) / "data", BUILD_DIR=str(build)) as server:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            for throttle in THROTTLES:
                visits = [visit(browser, server, options.photo, throttle) for _ in range(options.rounds)]
                for event in visits[0]:
                    times = [durations[event] for durations in visits]
                    summary = f"{statistics.median(times):.0f} ms ({min(times):.0f}-{max(times):.0f})"
                    sys.stdout.write(f"throttling {throttle.name}: {event} {summary}\n")
            browser.close()


if __name__ == "__main__":
    main()
