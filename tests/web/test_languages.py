"""The page in German: the language switch, the texts, and catalogues that match the sources."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.server_process import ROOT
from web.management.commands.build_words import read_translations

CATALOGUE = settings.LOCALE_PATHS[0] / "de" / "LC_MESSAGES"
WORDS = settings.BASE_DIR / "static" / "words" / "de.js"
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")


def get_html(response) -> str:
    return " ".join(response.content.decode().split())


def get_language(response) -> str:
    match = re.search(r'<html lang="([^"]+)"', get_html(response))
    assert match
    return match[1]


def test_the_page_is_in_the_language_of_the_browser_or_in_english(client):
    pages = [client.get("/", headers={"Accept-Language": code}) for code in ("en", "de", "fr")]
    assert [get_language(page) for page in pages] == ["en", "de", "en"]
    assert "Welches Tier ist das?" in get_html(client.get("/", headers=GERMAN))


def test_a_chosen_language_overrides_the_one_of_the_browser_for_a_year(client):
    headers = {**GERMAN, "Referer": "http://testserver/model?a=1"}
    response = client.post("/language", {"language": "en"}, headers=headers)
    assert (response.status_code, response["Location"]) == (302, "http://testserver/model?a=1")
    assert get_language(client.get("/", headers=GERMAN)) == "en"
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (365 * 24 * 3600, True, "Lax")


def test_the_switch_never_redirects_to_another_site(client):
    headers = {"Referer": "https://elsewhere.example/"}
    for target in ({"next": "https://elsewhere.example/"}, {}):
        response = client.post("/language", {"language": "de", **target}, headers=headers)
        assert response["Location"] == "/"


def test_the_switch_needs_a_csrf_token():
    csrf_client = Client(enforce_csrf_checks=True)
    form = re.search(r'<form class="languages".*?</form>', get_html(csrf_client.get("/")))
    assert form
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form[0])
    assert token
    assert csrf_client.post("/language", {"language": "de"}).status_code == 403
    fields = {"language": "de", "csrfmiddlewaretoken": token[1]}
    assert csrf_client.post("/language", fields).status_code == 302
    assert get_language(csrf_client.get("/")) == "de"


def test_each_page_offers_the_other_language_in_that_language(client):
    assert '<button class="tool" name="language" value="de" lang="de" title="Deutsch">DE<' in get_html(client.get("/"))
    assert 'title="English">EN<' in get_html(client.get("/", headers=GERMAN))


def test_only_the_german_page_states_that_animal_names_are_english(client):
    assert "Die Tiernamen sind englisch" in get_html(client.get("/", headers=GERMAN))
    assert "names of animals" not in get_html(client.get("/"))


def test_only_the_german_page_loads_german_texts_and_before_its_own_script(client):
    assert "words/" not in get_html(client.get("/"))
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', get_html(client.get("/", headers=GERMAN)))
    assert scripts == ["js/ui/theme.js", "words/de.js", "js/pages/upload.js"]


@pytest.mark.parametrize("path", ["/", "/model"])
def test_caches_separate_pages_by_language(client, path):
    response = client.get(path)
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert "public" not in response["Cache-Control"]


def test_the_german_model_page_is_marked_as_english(client):
    card = client.get("/model", headers=GERMAN)
    assert get_language(card) == "de"
    assert '<article class="document" lang="en">' in get_html(card)
    assert "Diese Seite gibt es nur auf Englisch." in get_html(card)


# --- Catalogues ---


def read_module() -> dict[str, str | list[str]]:
    module = WORDS.read_text(encoding="utf-8")
    translations: dict[str, str | list[str]] = json.loads(module[module.index("{\n") : module.rindex("}") + 1])
    return translations


def find_placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_a_translation_has_only_placeholders_that_its_sentence_fills():
    for english, translation in read_module().items():
        allowed = find_placeholders(english) | ({"name"} if "{a_name}" in english else set()) | {"count"}
        for form in [translation] if isinstance(translation, str) else translation:
            assert find_placeholders(form) <= allowed, english


def test_the_javascript_module_has_the_translations_of_the_compiled_catalogue():
    assert read_module() == read_translations(CATALOGUE / "djangojs.mo")


def test_catalogues_have_the_two_plural_forms_that_javascript_supports():
    for catalogue in CATALOGUE.glob("*.po"):
        assert "nplurals=2; plural=(n != 1);" in catalogue.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory) -> Path:
    """Copy of the sources after `make messages`."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("project", "classifier", "web", "templates", "static", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "Makefile", "infrastructure/deploy.mk"):
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    command = ["make", "messages", f"DATA_DIR={copy / 'data'}", "--old-file", ".venv/bin/.run-installed"]
    subprocess.run(command, cwd=copy, capture_output=True, check=True)
    return copy


@pytest.mark.process
@needs_gettext
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_catalogues_have_exactly_the_sentences_of_the_sources(regenerated, domain):
    compiled = Path("web/locale/de/LC_MESSAGES") / f"{domain}.mo"
    assert read_translations(regenerated / compiled) == read_translations(ROOT / compiled)


@pytest.mark.process
@needs_gettext
@pytest.mark.parametrize("flag", ["--untranslated", "--only-fuzzy"])
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_no_sentence_is_untranslated_or_fuzzy(regenerated, domain, flag):
    path = regenerated / "web/locale/de/LC_MESSAGES" / f"{domain}.po"
    process = subprocess.run(["msgattrib", flag, "--no-obsolete", path], capture_output=True, text=True, check=True)
    assert process.stdout == ""


@pytest.mark.process
@needs_gettext
def test_the_javascript_module_is_generated_from_the_sources(regenerated):
    assert (regenerated / "static/words/de.js").read_text() == WORDS.read_text()
