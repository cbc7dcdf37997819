"""New records with a fixed answer, for tests that need no model; functions that store them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from classifier.history import recorder, stores
from classifier.history.recorder import NewRecord
from classifier.imaging.crops import Views
from classifier.models import Classification
from classifier.prediction.result import (
    PredictionResult,
    Renditions,
    ScoredClass,
    SquirrelAnswer,
    Timings,
    Verdict,
    VerdictKind,
)
from classifier.vocabulary.labels import labels

EGYPTIAN_CAT = labels()[285]
JPEGS = Renditions(b"a photo", b"a thumbnail")
VERDICT = Verdict(
    kind=VerdictKind.SPECIES,
    name="Egyptian_cat",
    display="Egyptian cat",
    headline="a cat (Egyptian cat)",
    perhaps="",
    wnid="n02124075",
    score=0.91,
    sentence="That is an Egyptian cat.",
    reason="Egyptian cat .91",
)


def new_record(
    *, id: UUID | None = None, renditions: Renditions | None = None, name: str = "cat.jpg", owner: UUID | None = None
) -> NewRecord:
    """Return a record of an Egyptian cat, by default with a random id, a random owner and no photo."""
    result = PredictionResult(
        model_name="MobileNetV2",
        model_version="ae777d384912",
        verdict=VERDICT,
        squirrel=SquirrelAnswer.NO,
        animal=0.97,
        predictions=(ScoredClass.of(EGYPTIAN_CAT, 0.91),),
        views=Views.BEST,
        timings=Timings(queue_ms=1.0, decode_ms=2.0, infer_ms=7.0, total_ms=10.0),
        width=640,
        height=480,
        format="JPEG",
        renditions=renditions,
        heatmap=None,
    )
    return NewRecord(
        id=id or uuid4(),
        owner=owner or uuid4(),
        source=Classification.Source.SOCKET,
        name=name,
        size=12_345,
        answered_at=datetime.now(UTC),
        result=result,
    )


def insert(*new_records: NewRecord) -> None:
    """Insert records into the database."""
    stores.insert_records([recorder.to_draft(new_record) for new_record in new_records])


def store_photo(new_record: NewRecord) -> None:
    """Store the photo of an inserted record."""
    stores.store_photo(recorder.to_draft(new_record))
