"""Sentences about a record in the language of the page. Twin of ``static/js/i18n/messages.js``."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.models import Classification
from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import index_of


def verdict_text(record: Classification) -> str:
    """Return the answer in one sentence, or two short ones."""
    if record.squirrel == SquirrelAnswer.YES:
        return _("Yes. That is a squirrel.")
    if record.verdict == VerdictKind.ANIMAL:
        return _("That is an animal.")
    if record.verdict == VerdictKind.UNSURE:
        return _("Not sure. There may be an animal.")
    if record.verdict == VerdictKind.NONE:
        name = _localise_article(taxonomy.phrase(index_of(record.wnid)))
        return _("No animal here. It looks most like {name}.").format(name=name)
    return _("That is {name}.").format(name=_localise_article(taxonomy.nodes()[record.wnid].headline))


def squirrel_text(record: Classification) -> str:
    """Return the sentence above the answer; empty if the answer itself says "yes"."""
    if record.squirrel == SquirrelAnswer.MAYBE:
        return _("Is this a squirrel? Maybe.")
    return _("Is this a squirrel? No.") if record.squirrel == SquirrelAnswer.NO else ""


def percent(score: float) -> str:
    """Format 0.8213 as ``82%``, in German as ``82 %``. Never 0% or 100%, because the model is never certain."""
    whole = int(score * 100 + 0.5)  # JavaScript rounds halves up, too
    if whole < 1:
        return f"<{_format_percent(1)}"
    return f">{_format_percent(99)}" if whole > 99 else _format_percent(whole)


def _format_percent(whole: int) -> str:
    return _("{number}%").format(number=whole)


def _localise_article(phrase: str) -> str:
    """Return ``a cat`` in English and ``cat`` in other languages, which do not use the English article."""
    return phrase if (get_language() or "en").startswith("en") else phrase.removeprefix("an ").removeprefix("a ")
