"""What the page's scripts say in other languages: from GNU gettext's catalogues to modules that browsers load."""

import gettext
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

WORDS_DIR = settings.BASE_DIR / "static" / "words"
MODULE = """/* Made by `make messages` from {source}: change it there. */
import {{ setCatalogue }} from "../js/i18n/gettext.js";

setCatalogue("{language}", {sentences});
"""


class Command(BaseCommand):
    help = "Write static/words/*.js from the compiled djangojs.mo of each language (a step of `make messages`)."

    def handle(self, *args: Any, **options: Any) -> None:
        for compiled in sorted(settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/djangojs.mo")):
            language = compiled.parent.parent.name
            (WORDS_DIR / f"{language}.js").write_text(_module(language, compiled), encoding="utf-8")


def _module(language: str, compiled: Path) -> str:
    source = compiled.with_suffix(".po").relative_to(settings.BASE_DIR).as_posix()
    text = json.dumps(sentences(compiled), ensure_ascii=False, indent=0, sort_keys=True)
    return MODULE.format(source=source, language=language, sentences=text)


def sentences(compiled: Path) -> dict[str, str | list[str]]:
    """Each English sentence and what it is; of one with a plural both forms."""
    with compiled.open("rb") as file:
        catalogue: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other list of it
    single = {key: said for key, said in catalogue.items() if isinstance(key, str) and key}
    plural = {key: [said, catalogue[key, 1]] for (key, form), said in _plurals(catalogue) if form == 0}
    return {**single, **plural}


def _plurals(catalogue: dict[Any, str]) -> list[tuple[tuple[str, int], str]]:
    return [(key, said) for key, said in catalogue.items() if isinstance(key, tuple)]
