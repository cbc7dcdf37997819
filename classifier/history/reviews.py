"""What staff say of records: right, or what it is instead; and that a newer model shall look again."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Value, When
from django.utils import timezone

from classifier.history.records import Rows
from classifier.models import Classification
from classifier.prediction.result import VerdictKind
from classifier.vocabulary import taxonomy

Opinion = Classification.Opinion

#: Records that are marked in one statement.
MARKED_TOGETHER = 10_000


def agrees(verdict: str, wnid: str, truth: str) -> bool:
    """Whether an answer is right of what is known to be there. A group is right if it holds that, or is held by it."""
    named, real = taxonomy.nodes().get(wnid), taxonomy.nodes().get(truth)
    if verdict == VerdictKind.NONE or named is None or real is None:
        return (verdict == VerdictKind.NONE) == (real is None)
    return named.leaves >= real.leaves or named.leaves <= real.leaves


def restated(row: Classification, verdict: str, wnid: str) -> dict[str, Any]:
    """What was said of a record, as it holds for a new answer: by what they said is there; else it is open again."""
    if (verdict, wnid) == (row.verdict, row.wnid):
        return {}
    was = row.wnid if row.feedback == Opinion.RIGHT and row.verdict != VerdictKind.NONE else ""
    people, staff = row.suggested or was, row.truth
    said: dict[str, Any] = {"review": _opinion(verdict, wnid, staff)} if row.review else {}
    if row.feedback:
        opinion = _opinion(verdict, wnid, people)
        said |= {"feedback": opinion, "suggested": people if opinion == Opinion.WRONG else ""}
        said |= {} if opinion else {"feedback_at": None}
    return said


def mark_right(records: Collection[UUID]) -> int:
    """The answers hold; what is there is what they name, unless that is no animal. How many were marked."""
    truth = Case(When(verdict=VerdictKind.NONE.value, then=Value("")), default=F("wnid"))
    return Classification.objects.filter(id__in=records).update(review=Opinion.RIGHT, truth=truth)


def set_truth(records: Collection[UUID], truth: str) -> int:
    """All of them show ``truth``, a wnid; whether their answers were right follows. How many were marked."""
    rows = Classification.objects.filter(id__in=records)
    answers = rows.order_by().values_list("id", "verdict", "wnid")
    right = [record for record, verdict, wnid in answers if agrees(verdict, wnid, truth)]
    rows.exclude(id__in=right).update(review=Opinion.WRONG, truth=truth)
    rows.filter(id__in=right).update(review=Opinion.RIGHT, truth=truth)
    return len(answers)


def ask_again(rows: Rows) -> int:
    """Marks those of ``rows`` that have their photo, at most ``MARKED_TOGETHER``; how many were marked."""
    wanted = rows.filter(photo__gt="", reclassification_requested_at=None).values_list("pk", flat=True)[
        :MARKED_TOGETHER
    ]
    return Classification.objects.filter(id__in=list(wanted)).update(reclassification_requested_at=timezone.now())


def _opinion(verdict: str, wnid: str, truth: str) -> str:
    """Right or wrong; empty where nobody said what is there."""
    if not truth:
        return ""
    return Opinion.RIGHT if agrees(verdict, wnid, truth) else Opinion.WRONG
