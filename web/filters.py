"""Filter form and pagination of the history page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
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

PAGE_SIZE = 24

VERDICTS = [
    ("", _("Any answer")),
    ("squirrel", _("A squirrel")),
    (VerdictKind.SPECIES.value, _("One kind of animal")),
    (VerdictKind.GROUP.value, _("A group of animals")),
    (VerdictKind.ANIMAL.value, _("Some animal")),
    (VerdictKind.NONE.value, _("No animal")),
    (VerdictKind.UNSURE.value, _("Not sure")),
]


def get_group_choices() -> list[tuple[str, Any]]:
    """Return the largest everyday groups of animals as (wnid, plural name)."""
    return [("", _("Any animal")), *((node.wnid, node.plural.capitalize()) for node in taxonomy.top_groups())]


class HistoryFilter(forms.Form):
    """Filter above the list. An invalid value shows an error beside its field and has no effect on the list."""

    q = forms.CharField(label=_("Answer or file name"), required=False, max_length=64)
    verdict = forms.ChoiceField(label=_("Answer"), required=False, choices=VERDICTS)
    group = forms.ChoiceField(label=_("Animals"), required=False, choices=get_group_choices)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def apply(self, queryset: Records) -> Records:
        """Return the records that match every valid field."""
        self.is_valid()  # fills cleaned_data with the valid fields
        return queryset.filter(*self._build_conditions(**self.cleaned_data))

    def _build_conditions(
        self, q: str = "", verdict: str = "", group: str = "", since: date | None = None, until: date | None = None
    ) -> list[Q]:
        conditions = [Q(display__icontains=word) | Q(name__icontains=word) for word in q.split()]
        if verdict:
            conditions.append(Q(squirrel=SquirrelAnswer.YES) if verdict == "squirrel" else Q(verdict=verdict))
        if group:
            conditions.append(Q(group=group))
        if since:
            conditions.append(Q(created_at__gte=timezone.make_aware(datetime.combine(since, time.min))))
        if until:
            conditions.append(Q(created_at__lte=timezone.make_aware(datetime.combine(until, time.max))))
        return conditions


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one page, and the cursor of the next page, which is empty on the last one."""

    records: Sequence[Classification]
    next_cursor: str


def get_page(queryset: Records, cursor: str) -> Page:
    """Return the ``PAGE_SIZE`` newest records older than the cursor. An invalid cursor gives the first page."""
    records = list(_filter_older(queryset, cursor).defer(*LARGE_FIELDS)[: PAGE_SIZE + 1])
    return Page(records[:PAGE_SIZE], _build_cursor(records[PAGE_SIZE - 1]) if len(records) > PAGE_SIZE else "")


def _filter_older(queryset: Records, cursor: str) -> Records:
    time_text, _, id_text = cursor.partition("_")
    try:
        created_at, record_id = datetime.fromisoformat(time_text), UUID(id_text)
    except ValueError:
        return queryset
    if created_at.tzinfo is None:
        return queryset
    return queryset.filter(Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=record_id))


def _build_cursor(record: Classification) -> str:
    return f"{record.created_at.isoformat()}_{record.id.hex}"
