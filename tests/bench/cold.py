"""A first visit on a slow line and a slow machine, from the address to the first answer: a throttled browser.

    python -m tests.bench.cold [--rounds 5] [--photo FILE]

The line is Chromium's emulation, as Lighthouse's "slow 4G" has it; it does not slow a WebSocket down, so what the photo
itself takes is added from its bytes. Nothing is in the browser's cache.
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

from playwright.sync_api import Browser, expect, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from tests.e2e.conftest import BROWSERS
from tests.server_process import ROOT, RunningServer, make_build_dir, running_server


@dataclass(frozen=True, slots=True)
class Throttle:
    """``bits``: of the line, down and up, a second; ``latency_ms`` for each request; ``slower``: the processor."""

    name: str
    down_bits: int = -1
    up_bits: int = -1
    latency_ms: float = 0
    slower: float = 1


THROTTLES = (
    Throttle("none"),
    Throttle("slow 4G, processor 4 times slower", 1_638_400, 750_000, 150, 4),
)
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
CAT = ROOT / "var" / "build" / "photos" / "chelsea.png"


def visit(browser: Browser, server: RunningServer, photo: Path, throttle: Throttle) -> dict[str, float]:
    """Milliseconds from the address to the first paint, to a page that takes a photo, and to its answer."""
    context = browser.new_context(locale="en")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    line = {
        "offline": False,
        "latency": throttle.latency_ms,
        "downloadThroughput": throttle.down_bits / 8 if throttle.down_bits > 0 else -1,
        "uploadThroughput": throttle.up_bits / 8 if throttle.up_bits > 0 else -1,
    }
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": throttle.slower})
    sent: list[int] = []
    page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(len(frame))))
    began = time.perf_counter()
    page.goto(server.url)
    loaded = time.perf_counter()
    page.locator("#file").set_input_files(photo)
    expect(page.get_by_text("That is a cat.")).to_be_visible(timeout=60_000)
    answered = time.perf_counter()
    painted = float(page.evaluate(FIRST_PAINT))
    context.close()
    upload = sum(sent) * 8 / throttle.up_bits if throttle.up_bits > 0 else 0
    return {
        "first paint": painted,
        "ready for a photo": (loaded - began) * 1000,
        "first answer": (answered - began + upload) * 1000,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photo", type=Path, default=CAT, help="of a cat")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build = make_build_dir(Path(folder) / "build")
        with running_server(Path(folder) / "data", BUILD_DIR=str(build)) as server:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            for throttle in THROTTLES:
                visits = [visit(browser, server, options.photo, throttle) for _ in range(options.rounds)]
                for what in visits[0]:
                    times = [one[what] for one in visits]
                    said = f"{statistics.median(times):.0f} ms ({min(times):.0f}-{max(times):.0f})"
                    sys.stdout.write(f"{throttle.name}: {what} {said}\n")
            browser.close()


if __name__ == "__main__":
    main()
