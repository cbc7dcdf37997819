"""Answers of this process for jobs that a client sends again after a lost connection."""

from collections import OrderedDict
from uuid import UUID

from classifier.history.recorder import NewRecord
from classifier.prediction.service import ClassifyOptions

MAX_ANSWERS = 64


class AnswerCache:
    """The last ``MAX_ANSWERS`` answers, by record id and options. Used on the event loop only.

    A record id depends on the owner, so no owner can read the answer of another.
    """

    def __init__(self) -> None:
        self._records: OrderedDict[tuple[UUID, ClassifyOptions], NewRecord] = OrderedDict()

    def get(self, record_id: UUID, options: ClassifyOptions) -> NewRecord | None:
        """Return the answer to this job, or ``None`` if it is not cached."""
        return self._records.get((record_id, options))

    def put(self, record: NewRecord, options: ClassifyOptions) -> None:
        """Cache an answer; drop the oldest one if the cache is full."""
        self._records[record.id, options] = record
        self._records.move_to_end((record.id, options))
        if len(self._records) > MAX_ANSWERS:
            self._records.popitem(last=False)


answers = AnswerCache()
