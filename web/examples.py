"""Example photos of the upload page: three built-in ones and those in the operator's ``EXAMPLES_DIR``."""

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

#: Longest sides in pixels. The page shrinks photos to 1024 before it sends them. It shows thumbnails at 72 CSS pixels.
PHOTO_SIDE = 1024
THUMBNAIL_SIDE = 192
MAX_OPERATOR_EXAMPLES = 12

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
#: File, title and credit of the built-in photos, as the wheel of scikit-image states them.
BUILT_IN: tuple[tuple[str, str | Promise, str], ...] = (
    ("chelsea.png", gettext_lazy("Chelsea the cat"), "Stéfan van der Walt, CC0"),
    ("coffee.png", gettext_lazy("A cup of coffee"), "Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0"),
    ("rocket.jpg", gettext_lazy("A rocket at take-off"), "SpaceX, public domain"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One photo. ``credit`` is empty for an operator's photo. ``version`` changes with the file."""

    path: Path
    title: str | Promise
    credit: str
    version: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def url(self) -> str:
        """Return the URL of the photo. A changed file gets a new URL, so browsers may cache it without limit."""
        return self._build_url("web:example")

    @property
    def thumbnail_url(self) -> str:
        return self._build_url("web:thumbnail")

    def _build_url(self, view: str) -> str:
        return f"{reverse(view, args=[self.name])}?{urlencode({'v': self.version})}"


def list_examples() -> dict[str, Example]:
    """Return all readable examples by file name: the built-in ones first, then the operator's."""
    candidates = [(settings.PHOTOS_DIR / name, title, credit) for name, title, credit in BUILT_IN]
    candidates += [(path, _build_title(path), "") for path in _list_operator_files()]
    examples: dict[str, Example] = {}
    for path, title, credit in candidates:
        version = _get_version(path)
        if version and path.name not in examples and _is_readable(path, version):
            examples[path.name] = Example(path, title, credit, version)
    return examples


def render_jpeg(example: Example, side: int) -> bytes:
    """Return the photo as an upright JPEG of at most ``side``×``side`` pixels, without its metadata."""
    return _render(example.path, example.version, side)


def _list_operator_files() -> list[Path]:
    if not settings.EXAMPLES_DIR:
        return []
    try:
        paths = sorted(Path(settings.EXAMPLES_DIR).iterdir())
    except OSError:
        return []  # web.checks warns about it at start-up
    return [path for path in paths if path.suffix.lower() in SUFFIXES][:MAX_OPERATOR_EXAMPLES]


def _build_title(path: Path) -> str:
    """Return ``Red squirrel 2`` for ``red-squirrel_2.jpg``."""
    words = path.stem.replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() or "A photo"


def _get_version(path: Path) -> str:
    """Return the time of the file's last change, empty if there is no such file."""
    try:
        return f"{path.stat().st_mtime_ns:x}" if path.is_file() else ""
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _is_readable(path: Path, version: str) -> bool:
    try:
        _render(path, version, THUMBNAIL_SIDE)
    # Pillow raises many kinds of errors for broken files, and the page must work without this example.
    except Exception as error:  # noqa: BLE001
        logger.warning("Example photo %s cannot be read and is left out (%s). Replace or remove the file.", path, error)
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
