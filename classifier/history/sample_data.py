"""Sample records that resemble a year of use, for tests, screenshots and benchmarks. A seed determines all of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from classifier.models import Classification
from classifier.prediction.result import ScoredClass, SquirrelAnswer, VerdictKind
from classifier.vocabulary import search, taxonomy
from classifier.vocabulary.labels import ANIMALS, labels

PERIOD = timedelta(days=365)
#: Relative frequency of each kind of verdict.
KIND_WEIGHTS = {
    VerdictKind.SPECIES: 56,
    VerdictKind.GROUP: 19,
    VerdictKind.ANIMAL: 3,
    VerdictKind.NONE: 16,
    VerdictKind.UNSURE: 6,
}
#: Model versions. Each serves for a third of a year.
VERSIONS = ("0d51a2c7e9b4", "5f3e8b1c6d20", "ae777d384912")
SIZES = ((640, 480), (1024, 768), (768, 1024), (1024, 683), (224, 224))
NAMES = ("IMG_{}.jpg", "photo {}.jpeg", "PXL_2026{}.jpg", "DSC0{}.JPG", "=cmd()|{}.png", "cat{}.png")
#: Shares of all records.
WITH_HEATMAP, WITH_FEEDBACK, WITHOUT_OWNER = 0.3, 0.04, 0.05
#: Shares of the records with feedback.
RIGHT, REVIEWED = 0.85, 0.1
DISTINCT_ANSWERS = 1500


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """An answer that many records share."""

    kind: VerdictKind
    wnid: str
    score: float
    animal: float
    squirrel: SquirrelAnswer
    predictions: list[dict[str, Any]]


def generate_records(count: int, seed: int, until: datetime) -> Iterator[Classification]:
    """Yield ``count`` unsaved records of the year before ``until``, in random order."""
    rng = random.Random(seed)  # noqa: S311 - sample data, not secret
    answers = [_answer(rng) for _ in range(DISTINCT_ANSWERS)]
    owners = [_uuid(rng) for _ in range(max(3, count // 15))]
    for _ in range(count):
        # The square makes a few answers and a few owners frequent.
        answer = answers[int(rng.random() ** 2 * len(answers))]
        owner = None if rng.random() < WITHOUT_OWNER else owners[int(rng.random() ** 2 * len(owners))]
        yield _record(rng, answer, owner, until - PERIOD * rng.random() ** 1.2)


def _record(rng: random.Random, answer: SampleAnswer, owner: UUID | None, created_at: datetime) -> Classification:
    timings = _timings(rng)
    width, height = rng.choice(SIZES)
    return Classification(
        id=_uuid(rng),
        created_at=created_at,
        owner=owner,
        source=Classification.Source.SOCKET if owner else Classification.Source.LEGACY,
        name=rng.choice(NAMES).format(rng.randrange(10_000)),
        verdict=answer.kind.value,
        display=search.display(answer.wnid),
        wnid=answer.wnid,
        group=taxonomy.top_group(answer.wnid),
        score=answer.score,
        squirrel=answer.squirrel.value,
        animal=answer.animal,
        predictions=answer.predictions,
        model_name="MobileNetV2",
        model_version=_model_version(created_at),
        views="best" if rng.random() < 0.9 else "fast",
        **timings,
        format="JPEG",
        width=width,
        height=height,
        size=rng.randrange(20_000, 400_000),
        heatmap=_heatmap(rng) if rng.random() < WITH_HEATMAP else None,
        **(_opinions(rng, answer, created_at) if rng.random() < WITH_FEEDBACK else {}),
    )


def _timings(rng: random.Random) -> dict[str, float]:
    queue_ms, decode_ms, infer_ms = rng.expovariate(1 / 3), rng.lognormvariate(1.7, 0.4), rng.lognormvariate(3, 0.25)
    total_ms = queue_ms + decode_ms + infer_ms
    return {"queue_ms": queue_ms, "decode_ms": decode_ms, "infer_ms": infer_ms, "total_ms": total_ms}


def _model_version(created_at: datetime) -> str:
    thirds = created_at.timestamp() / PERIOD.total_seconds() * len(VERSIONS)
    return VERSIONS[min(int(thirds % len(VERSIONS)), len(VERSIONS) - 1)]


def _opinions(rng: random.Random, answer: SampleAnswer, created_at: datetime) -> dict[str, Any]:
    is_right = rng.random() < RIGHT
    suggested = "" if is_right else labels()[rng.randrange(ANIMALS)].wnid
    opinion = Classification.Opinion.RIGHT if is_right else Classification.Opinion.WRONG
    feedback = {"feedback": opinion, "suggested": suggested, "feedback_at": created_at + timedelta(minutes=1)}
    if rng.random() < REVIEWED:
        return {**feedback, "review": opinion, "truth": suggested or answer.wnid}
    return feedback


def _answer(rng: random.Random) -> SampleAnswer:
    kind = rng.choices(list(KIND_WEIGHTS), list(KIND_WEIGHTS.values()))[0]
    predictions = _predictions(rng, kind)
    score = rng.uniform(0.3, 0.65) if kind is VerdictKind.UNSURE else rng.uniform(0.65, 0.99)
    is_animal = kind is not VerdictKind.NONE
    index = predictions[0].index
    return SampleAnswer(
        kind=kind,
        wnid=_wnid(rng, kind, index),
        score=score,
        animal=rng.uniform(score, 1) if is_animal else 1 - score,
        squirrel=_squirrel(rng, index),
        predictions=[msgspec.to_builtins(prediction) for prediction in predictions],
    )


def _squirrel(rng: random.Random, index: int) -> SquirrelAnswer:
    if index in taxonomy.SQUIRRELS:
        return SquirrelAnswer.YES
    return SquirrelAnswer.MAYBE if rng.random() < 0.01 else SquirrelAnswer.NO


def _predictions(rng: random.Random, kind: VerdictKind) -> list[ScoredClass]:
    """Return five classes, the most probable first. The square makes some animals frequent."""
    start, count = (ANIMALS, len(labels()) - ANIMALS) if kind is VerdictKind.NONE else (0, ANIMALS)
    is_fox_squirrel = kind is VerdictKind.SPECIES and rng.random() < 0.05
    best_index = taxonomy.FOX_SQUIRREL if is_fox_squirrel else start + int(rng.random() ** 2 * count)
    weights = sorted((rng.random() ** 3 for _ in range(5)), reverse=True)
    indices = [best_index, *(start + rng.randrange(count) for _ in range(4))]
    total = sum(weights) + 0.2
    return [ScoredClass.of(labels()[index], weight / total) for index, weight in zip(indices, weights, strict=True)]


def _wnid(rng: random.Random, kind: VerdictKind, index: int) -> str:
    if kind is VerdictKind.ANIMAL:
        return taxonomy.ROOT
    groups = _groups(index) if kind in {VerdictKind.GROUP, VerdictKind.UNSURE} else ()
    return rng.choice(groups) if groups else labels()[index].wnid


@cache
def _groups(index: int) -> tuple[str, ...]:
    """Return the everyday groups that contain a class, without the root."""
    groups = (node for node in taxonomy.speakable_nodes() if index in node.leaves and len(node.leaves) > 1)
    return tuple(node.wnid for node in groups if node.wnid != taxonomy.ROOT)


def _heatmap(rng: random.Random) -> dict[str, Any]:
    return {"view_box": [0.0, 0.0, 1.0, 1.0], "map": [round(rng.gauss(0, 2), 4) for _ in range(49)]}


def _uuid(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
