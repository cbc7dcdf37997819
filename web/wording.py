"""What the history pages say of a record, in the page's language; the twin of ``static/js/i18n/messages.js``."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.models import Classification
from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import index_of


def sentence(row: Classification) -> str:
    """The answer in one sentence, or two short ones."""
    if row.squirrel == SquirrelAnswer.YES:
        return _("Yes. That is a squirrel.")
    if row.verdict == VerdictKind.ANIMAL:
        return _("That is an animal.")
    if row.verdict == VerdictKind.UNSURE:
        return _("Not sure. There may be an animal.")
    if row.verdict == VerdictKind.NONE:
        return _("No animal here. It looks most like {name}.").format(name=_named(taxonomy.phrase(index_of(row.wnid))))
    return _("That is {name}.").format(name=_named(taxonomy.nodes()[row.wnid].headline))


def squirrel(row: Classification) -> str:
    """Is this a squirrel? The line above an answer that is not itself "yes"."""
    if row.squirrel == SquirrelAnswer.MAYBE:
        return _("Is this a squirrel? Maybe.")
    return _("Is this a squirrel? No.") if row.squirrel == SquirrelAnswer.NO else ""


def _named(phrase: str) -> str:
    """``a cat``; in other languages ``cat``, since they have no use for an English article."""
    return phrase if (get_language() or "en").startswith("en") else phrase.removeprefix("an ").removeprefix("a ")
