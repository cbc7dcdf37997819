"""The last answers of this process, so that a job sent again after a lost line is not computed again."""

from collections import OrderedDict
from uuid import UUID

from classifier.history.recorder import NewRecord
from classifier.prediction.service import ClassifyOptions

LAST = 64


class AnswerCache:
    """Answers by record, which no other owner can name, and by what was wished for. Belongs to the event loop."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[UUID, ClassifyOptions], NewRecord] = OrderedDict()

    def recall(self, record: UUID, wish: ClassifyOptions) -> NewRecord | None:
        """The answer that was given to this job, if it is among the last ``LAST``."""
        return self._entries.get((record, wish))

    def keep(self, entry: NewRecord, wish: ClassifyOptions) -> None:
        """Remembers an answer and forgets the oldest."""
        self._entries[entry.id, wish] = entry
        self._entries.move_to_end((entry.id, wish))
        if len(self._entries) > LAST:
            self._entries.popitem(last=False)


answers = AnswerCache()
