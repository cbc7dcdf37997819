"""Photos to try one click away: three that the model's build brings along, and the operator's own."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

logger = logging.getLogger(__name__)

#: What the page would shrink a photo to anyway, and enough for its 72-pixel thumbnails on fine screens, in pixels.
PHOTO_SIDE = 1024
THUMBNAIL_SIDE = 192
#: More would crowd the page.
MAX_OF_OPERATOR = 12

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
#: File, title and credit of the built-in ones, as the wheel of scikit-image says.
BUILT_IN: tuple[tuple[str, str | Promise, str], ...] = (
    ("chelsea.png", gettext_lazy("Chelsea the cat"), "Stéfan van der Walt, CC0"),
    ("coffee.png", gettext_lazy("A cup of coffee"), "Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0"),
    ("rocket.jpg", gettext_lazy("A rocket at take-off"), "SpaceX, public domain"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One photo. ``credit`` is empty for an operator's; ``version`` changes when the file does."""

    path: Path
    title: str | Promise
    credit: str
    version: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def url(self) -> str:
        """Where a browser gets it, safe to keep for ever."""
        return self._address("web:example")

    @property
    def thumbnail_url(self) -> str:
        return self._address("web:thumbnail")

    def _address(self, view: str) -> str:
        return f"{reverse(view, args=[self.name])}?{urlencode({'v': self.version})}"


def listing() -> dict[str, Example]:
    """Every example that can be opened, by file name: the built-in ones first, then the operator's."""
    built_in = [(settings.PHOTOS_DIR / name, title, credit) for name, title, credit in BUILT_IN]
    own: list[tuple[Path, str | Promise, str]] = [(path, _title(path), "") for path in _of_operator()]
    found = {}
    for path, title, credit in [*built_in, *own]:
        version = _version(path)
        if version and path.name not in found and _can_be_opened(path, version):
            found[path.name] = Example(path, title, credit, version)
    return found


def rendition(example: Example, side: int) -> bytes:
    """The photo upright as a JPEG of at most ``side``×``side`` pixels, without its metadata."""
    return _render(example.path, example.version, side)


def _of_operator() -> list[Path]:
    if not settings.EXAMPLES_DIR:
        return []
    try:
        files = sorted(Path(settings.EXAMPLES_DIR).iterdir())
    except OSError:
        return []  # said once, at start-up, by web.checks
    return [path for path in files if path.suffix.lower() in SUFFIXES][:MAX_OF_OPERATOR]


def _title(path: Path) -> str:
    """``red-squirrel_2.jpg`` → ``Red squirrel 2``."""
    words = path.stem.replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() or "A photo"


def _version(path: Path) -> str:
    try:
        return f"{path.stat().st_mtime_ns:x}" if path.is_file() else ""
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _can_be_opened(path: Path, version: str) -> bool:
    try:
        _render(path, version, THUMBNAIL_SIDE)
    # The operator's own file: whatever is wrong with it, the page goes on without.
    except Exception as error:  # noqa: BLE001
        logger.warning("example %s is left out: %s", path, error)
        return False
    return True


@lru_cache(maxsize=64)
def _render(path: Path, version: str, side: int) -> bytes:  # noqa: ARG001 - the version is part of the cache's key
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    upright.save(buffer, "JPEG", quality=90 if side > THUMBNAIL_SIDE else 50, optimize=True, progressive=True)
    return buffer.getvalue()
