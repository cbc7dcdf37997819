"""An answer to record, without a model."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from classifier.answer import Answer, Kind, Scored, Timings, Verdict
from classifier.crops import Views
from classifier.history import Entry
from classifier.labels import labels
from classifier.models import Classification

EGYPTIAN_CAT = labels()[285]


def entry(*, id: UUID | None = None, kept: bytes | None = None, name: str = "cat.jpg") -> Entry:
    verdict = Verdict(Kind.SPECIES, "Egyptian_cat", "Egyptian cat", "n02124075", 0.91, "That is an Egyptian cat.")
    timings = Timings(queue_ms=1.0, decode_ms=2.0, infer_ms=7.0, total_ms=10.0)
    answer = Answer(verdict, 0.97, (Scored(EGYPTIAN_CAT, 0.91),), Views.BEST, timings, 640, 480, "JPEG", kept)
    return Entry(
        id=id or uuid4(),
        owner=uuid4(),
        source=Classification.Source.SOCKET,
        name=name,
        size=12_345,
        answered_at=datetime.now(UTC),
        model_name="MobileNetV2",
        model_version="ae777d384912",
        answer=answer,
    )
