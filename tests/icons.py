"""Render static/img/icon-*.png from icon.svg: run ``python -m tests.icons`` after a change of the drawing."""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent.parent / "static" / "img"
#: Name, side in pixels, and size of the drawing relative to the side. With ``None`` the drawing fills the icon on a
#: transparent background; the other icons have a background, because the system cuts their corners.
ICONS = (("192", 192, None), ("512", 512, None), ("maskable", 512, 0.9), ("apple", 180, 1.0))


def main() -> None:
    drawing = (IMAGES / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, side, scale in ICONS:
            page.set_viewport_size({"width": side, "height": side})
            page.set_content(f"<style>{_style(scale)}</style>{drawing}")
            screenshot = Image.open(io.BytesIO(page.screenshot(omit_background=scale is None)))
            screenshot.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"icon-{name}.png", optimize=True)
        browser.close()


def _style(scale: float | None) -> str:
    body = "body { margin: 0; display: grid; place-items: center; height: 100vh }"
    if scale is None:
        return f"{body} svg {{ width: 100vw; height: 100vh }}"
    size = f"{scale * 100}vw"
    return f"{body} html {{ background: #faf6f0 }} svg {{ width: {size}; height: {size} }}"


if __name__ == "__main__":
    main()
