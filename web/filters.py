"""What a person may look for in their history, and one page of it after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.history.records import LARGE_FIELDS, Records
from classifier.models import Classification
from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy

#: Rows of one page.
PAGE = 24

VERDICTS = [
    ("", _("Any answer")),
    ("squirrel", _("A squirrel")),
    (VerdictKind.SPECIES.value, _("One kind of animal")),
    (VerdictKind.GROUP.value, _("A group of animals")),
    (VerdictKind.ANIMAL.value, _("Some animal")),
    (VerdictKind.NONE.value, _("No animal")),
    (VerdictKind.UNSURE.value, _("Not sure")),
]


def groups() -> list[tuple[str, Any]]:
    """The largest everyday groups, as choices."""
    return [("", _("Any animal")), *((node.wnid, node.plural.capitalize()) for node in taxonomy.top_groups())]


class Filter(forms.Form):
    """The filter above the list. What is not understood is said beside its field and filters nothing."""

    q = forms.CharField(label=_("Answer or file name"), required=False, max_length=64)
    verdict = forms.ChoiceField(label=_("Answer"), required=False, choices=VERDICTS)
    group = forms.ChoiceField(label=_("Animals"), required=False, choices=groups)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def of(self, rows: Records) -> Records:
        """Those of ``rows`` that are looked for."""
        self.is_valid()
        return rows.filter(*self._conditions(**self.cleaned_data))

    def _conditions(self, q: str = "", verdict: str = "", group: str = "", **days: Any) -> list[Q]:
        found = [_in_words(word) for word in q.split()]
        if verdict:
            found.append(Q(squirrel=SquirrelAnswer.YES) if verdict == "squirrel" else Q(verdict=verdict))
        if group:
            found.append(Q(group=group))
        if since := days.get("since"):
            found.append(Q(created_at__gte=timezone.make_aware(datetime.combine(since, time.min))))
        if until := days.get("until"):
            found.append(Q(created_at__lte=timezone.make_aware(datetime.combine(until, time.max))))
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where the next ones begin: empty after the last."""

    rows: Sequence[Classification]
    next: str


def page(rows: Records, before: str) -> Page:
    """The newest ``PAGE`` of ``rows`` that are older than the row ``before`` names; from the start for nonsense."""
    found = list(_after(rows, before).defer(*LARGE_FIELDS)[: PAGE + 1])
    return Page(found[:PAGE], _place(found[PAGE - 1]) if len(found) > PAGE else "")


def _after(rows: Records, before: str) -> Records:
    at, _, record = before.partition("_")
    try:
        when, key = datetime.fromisoformat(at), UUID(record)
    except ValueError:
        return rows
    return rows.filter(Q(created_at__lt=when) | Q(created_at=when, id__lt=key)) if when.tzinfo else rows


def _place(row: Classification) -> str:
    return f"{row.created_at.isoformat()}_{row.id.hex}"


def _in_words(word: str) -> Q:
    return Q(display__icontains=word) | Q(name__icontains=word)
