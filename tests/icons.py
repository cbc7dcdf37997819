"""Draws static/img/icon-*.png from icon.svg: ``python -m tests.icons``, after the drawing was changed."""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent.parent / "static" / "img"
#: Name, side in pixels, and how much of the side the drawing takes where the system cuts the corners itself.
ICONS = (("192", 192, None), ("512", 512, None), ("maskable", 512, 0.9), ("apple", 180, 1.0))


def main() -> None:
    drawing = (IMAGES / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, side, share in ICONS:
            page.set_viewport_size({"width": side, "height": side})
            page.set_content(f"<style>{_style(share)}</style>{drawing}")
            shot = Image.open(io.BytesIO(page.screenshot(omit_background=share is None)))
            shot.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"icon-{name}.png", optimize=True)
        browser.close()


def _style(share: float | None) -> str:
    whole = "body { margin: 0; display: grid; place-items: center; height: 100vh }"
    if share is None:
        return f"{whole} svg {{ width: 100vw; height: 100vh }}"
    size = f"{share * 100}vw"
    return f"{whole} html {{ background: #faf6f0 }} svg {{ width: {size}; height: {size} }}"


if __name__ == "__main__":
    main()
