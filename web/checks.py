"""System checks of the settings that only the pages use."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage


@checks.register()
def check_examples_dir(**_: Any) -> list[CheckMessage]:
    """Warn if ``EXAMPLES_DIR`` is set to a folder that does not exist."""
    if not settings.EXAMPLES_DIR or Path(settings.EXAMPLES_DIR).is_dir():
        return []
    return [
        checks.Warning(
            f"EXAMPLES_DIR={settings.EXAMPLES_DIR!r} is not a folder: the page shows the built-in examples only.",
            hint="Set it to a folder with JPEG, PNG or WebP files, or unset it.",
            id="web.W001",
        )
    ]
