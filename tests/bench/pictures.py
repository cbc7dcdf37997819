"""Make the picture files that the benchmarks send, in the sizes that phones and the page produce."""

from io import BytesIO
from pathlib import Path

from PIL import Image

SIDES = {"224": (224, 224), "1024": (1024, 768), "12MP": (4000, 3000)}
NAMES = (*SIDES, "png")


def make(photos: Path, directory: Path) -> dict[str, Path]:
    """Write a file for each of ``NAMES``: JPEGs of the astronaut in three sizes, and the 451×300 cat as PNG."""
    astronaut = Image.open(photos / "astronaut.png").convert("RGB")
    paths = {name: directory / f"{name}.jpg" for name in SIDES} | {"png": directory / "cat.png"}
    for name, size in SIDES.items():
        out = BytesIO()
        astronaut.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
        paths[name].write_bytes(out.getvalue())
    paths["png"].write_bytes((photos / "chelsea.png").read_bytes())
    return paths
