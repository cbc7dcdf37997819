"""Draw static/img/icon-*.png from icon.svg. Run ``python -m tests.icons`` after a change of the drawing."""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent.parent / "static" / "img"
#: Name, side in pixels, and the drawing's fraction of the side for icons whose corners the system cuts off.
ICONS = (("192", 192, None), ("512", 512, None), ("maskable", 512, 0.9), ("apple", 180, 1.0))


def main() -> None:
    drawing = (IMAGES / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, side, fraction in ICONS:
            page.set_viewport_size({"width": side, "height": side})
            page.set_content(f"<style>{_build_style(fraction)}</style>{drawing}")
            screenshot = Image.open(io.BytesIO(page.screenshot(omit_background=fraction is None)))
            screenshot.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"icon-{name}.png", optimize=True)
        browser.close()


def _build_style(fraction: float | None) -> str:
    layout = "body { margin: 0; display: grid; place-items: center; height: 100vh }"
    if fraction is None:
        return f"{layout} svg {{ width: 100vw; height: 100vh }}"
    size = f"{fraction * 100}vw"
    return f"{layout} html {{ background: #faf6f0 }} svg {{ width: {size}; height: {size} }}"


if __name__ == "__main__":
    main()
