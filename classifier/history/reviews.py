"""Reviews by staff: whether an answer was right, the true name, and requests for reclassification."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Value, When
from django.utils import timezone

from classifier.history.records import Records
from classifier.models import Classification
from classifier.prediction.result import VerdictKind
from classifier.vocabulary import taxonomy

Opinion = Classification.Opinion

#: Records that one statement marks for reclassification.
MAX_REQUESTS = 10_000


def is_correct(verdict: str, wnid: str, truth: str) -> bool:
    """Return whether an answer is right. ``truth`` is the wnid of an animal; any other value stands for no animal.

    An answer is right if it is the truth, a group that contains the truth, or a part of the true group.
    """
    answer_node, truth_node = taxonomy.nodes().get(wnid), taxonomy.nodes().get(truth)
    if verdict == VerdictKind.NONE or answer_node is None or truth_node is None:
        return (verdict == VerdictKind.NONE) == (truth_node is None)
    return answer_node.leaves >= truth_node.leaves or answer_node.leaves <= truth_node.leaves


def carry_over_opinions(record: Classification, verdict: str, wnid: str) -> dict[str, Any]:
    """Return the fields of feedback and review as they apply to a new answer; empty if the answer is the same.

    An opinion that names the animal in the photo is carried over. Any other opinion is reset.
    """
    if (verdict, wnid) == (record.verdict, record.wnid):
        return {}
    fields: dict[str, Any] = {"review": _opinion(verdict, wnid, record.truth)} if record.review else {}
    return fields | (_carry_over_feedback(record, verdict, wnid) if record.feedback else {})


def mark_right(record_ids: Collection[UUID]) -> int:
    """Mark answers as right and store their wnid as the truth, empty for no animal; return the number of records."""
    truth = Case(When(verdict=VerdictKind.NONE.value, then=Value("")), default=F("wnid"))
    return Classification.objects.filter(id__in=record_ids).update(review=Opinion.RIGHT, truth=truth)


def set_truth(record_ids: Collection[UUID], truth: str) -> int:
    """Store that all photos show ``truth`` (a wnid) and whether each answer was right; return the number of records."""
    records = Classification.objects.filter(id__in=record_ids)
    answers = records.order_by().values_list("id", "verdict", "wnid")
    right_ids = [record_id for record_id, verdict, wnid in answers if is_correct(verdict, wnid, truth)]
    records.exclude(id__in=right_ids).update(review=Opinion.WRONG, truth=truth)
    records.filter(id__in=right_ids).update(review=Opinion.RIGHT, truth=truth)
    return len(answers)


def request_reclassification(records: Records) -> int:
    """Mark those records that have a photo and no request, at most ``MAX_REQUESTS``; return their number."""
    unmarked = records.filter(photo__gt="", reclassification_requested_at=None)
    record_ids = list(unmarked.values_list("pk", flat=True)[:MAX_REQUESTS])
    return Classification.objects.filter(id__in=record_ids).update(reclassification_requested_at=timezone.now())


def _carry_over_feedback(record: Classification, verdict: str, wnid: str) -> dict[str, Any]:
    is_confirmed_animal = record.feedback == Opinion.RIGHT and record.verdict != VerdictKind.NONE
    truth = record.suggested or (record.wnid if is_confirmed_animal else "")
    opinion = _opinion(verdict, wnid, truth)
    fields: dict[str, Any] = {"feedback": opinion, "suggested": truth if opinion == Opinion.WRONG else ""}
    return fields if opinion else fields | {"feedback_at": None}


def _opinion(verdict: str, wnid: str, truth: str) -> str:
    """Return ``right`` or ``wrong``; empty if the truth is unknown."""
    if not truth:
        return ""
    return Opinion.RIGHT if is_correct(verdict, wnid, truth) else Opinion.WRONG
