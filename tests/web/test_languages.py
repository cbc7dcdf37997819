"""The page in German: the switch, the words, and catalogues that are what `make messages` makes of the sources."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.server_process import ROOT
from web.management.commands.build_words import sentences

CATALOGUE = settings.LOCALE_PATHS[0] / "de" / "LC_MESSAGES"
WORDS = settings.BASE_DIR / "static" / "words" / "de.js"
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")


def html(response) -> str:
    return " ".join(response.content.decode().split())


def language(response) -> str:
    found = re.search(r'<html lang="([^"]+)"', html(response))
    assert found
    return found[1]


def test_the_page_speaks_the_browsers_language_if_it_can(client):
    assert [language(client.get("/", headers={"Accept-Language": code})) for code in ("en", "de", "fr")] == [
        "en",
        "de",
        "en",
    ]
    assert "Welches Tier ist das?" in html(client.get("/", headers=GERMAN))


def test_a_chosen_language_comes_before_the_browsers_and_lasts_a_year(client):
    here = {**GERMAN, "Referer": "http://testserver/model?a=1"}
    answer = client.post("/language", {"language": "en"}, headers=here)
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/model?a=1")
    assert language(client.get("/", headers=GERMAN)) == "en"
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (365 * 24 * 3600, True, "Lax")


def test_the_switch_leads_nowhere_else(client):
    for where in ({"next": "https://elsewhere.example/"}, {}):
        answer = client.post(
            "/language", {"language": "de", **where}, headers={"Referer": "https://elsewhere.example/"}
        )
        assert answer["Location"] == "/"


def test_the_switch_is_a_form_that_only_our_pages_can_send():
    strict = Client(enforce_csrf_checks=True)
    form = re.search(r'<form class="languages".*?</form>', html(strict.get("/")))
    assert form
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form[0])
    assert token
    assert strict.post("/language", {"language": "de"}).status_code == 403
    fields = {"language": "de", "csrfmiddlewaretoken": token[1]}
    assert strict.post("/language", fields).status_code == 302
    assert language(strict.get("/")) == "de"


def test_each_page_offers_the_other_language_by_its_own_name(client):
    assert '<button class="tool" name="language" value="de" lang="de" title="Deutsch">DE<' in html(client.get("/"))
    assert 'title="English">EN<' in html(client.get("/", headers=GERMAN))


def test_only_the_german_page_says_that_animals_are_named_in_english(client):
    said = "Die Tiernamen sind englisch"
    assert said in html(client.get("/", headers=GERMAN))
    assert "names of the animals" not in html(client.get("/"))


def test_only_the_german_page_loads_german_words_and_before_the_page_speaks(client):
    assert "words/" not in html(client.get("/"))
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', html(client.get("/", headers=GERMAN)))
    assert scripts == ["js/ui/theme.js", "words/de.js", "js/pages/upload.js"]


@pytest.mark.parametrize("path", ["/", "/model"])
def test_no_cache_gives_one_reader_the_language_of_another(client, path):
    response = client.get(path)
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert "public" not in response["Cache-Control"]


def test_the_model_card_stays_english_and_says_so(client):
    card = client.get("/model", headers=GERMAN)
    assert language(card) == "de"
    assert '<article class="document" lang="en">' in html(card)
    assert "Diese Seite gibt es nur auf Englisch." in html(card)


# --- The catalogues --------------------------------------------------------------------------------


def german() -> dict[str, str | list[str]]:
    module = WORDS.read_text(encoding="utf-8")
    said: dict[str, str | list[str]] = json.loads(module[module.index("{\n") : module.rindex("}") + 1])
    return said


def names(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_a_translation_names_nothing_that_its_sentence_has_not():
    for english, translated in german().items():
        known = names(english) | ({"name"} if "{a_name}" in english else set()) | {"count"}
        for form in [translated] if isinstance(translated, str) else translated:
            assert names(form) <= known, english


def test_the_browsers_words_are_those_of_the_compiled_catalogue():
    assert german() == sentences(CATALOGUE / "djangojs.mo")


def test_there_are_two_plural_forms_as_the_browsers_words_expect():
    for catalogue in CATALOGUE.glob("*.po"):
        assert "nplurals=2; plural=(n != 1);" in catalogue.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def remade(tmp_path_factory) -> Path:
    """The sources after `make messages`, beside the real ones."""
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


@needs_gettext
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_the_catalogues_have_every_sentence_of_the_sources_and_no_other(remade, domain):
    compiled = Path("web/locale/de/LC_MESSAGES") / f"{domain}.mo"
    assert sentences(remade / compiled) == sentences(ROOT / compiled)


@needs_gettext
@pytest.mark.parametrize("flag", ["--untranslated", "--only-fuzzy"])
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_no_sentence_is_without_a_translation_or_with_a_guessed_one(remade, domain, flag):
    path = remade / "web/locale/de/LC_MESSAGES" / f"{domain}.po"
    done = subprocess.run(["msgattrib", flag, "--no-obsolete", path], capture_output=True, text=True, check=True)
    assert done.stdout == ""


@needs_gettext
def test_the_browsers_words_are_made_of_the_sources(remade):
    assert (remade / "static/words/de.js").read_text() == WORDS.read_text()
