"""Made-up history as a year of use leaves it, the same for the same seed: for tests, screenshots, benchmarks."""

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

OVER = timedelta(days=365)
#: How answers split into verdicts, and models into the times they served.
KINDS = {
    VerdictKind.SPECIES: 56,
    VerdictKind.GROUP: 19,
    VerdictKind.ANIMAL: 3,
    VerdictKind.NONE: 16,
    VerdictKind.UNSURE: 6,
}
VERSIONS = ("0d51a2c7e9b4", "5f3e8b1c6d20", "ae777d384912")
SIZES = ((640, 480), (1024, 768), (768, 1024), (1024, 683), (224, 224))
NAMES = ("IMG_{}.jpg", "photo {}.jpeg", "PXL_2026{}.jpg", "DSC0{}.JPG", "=cmd()|{}.png", "cat{}.png")
#: Shares of rows: with a map, an opinion, an answer that is right by that opinion, a look by staff, without an owner.
WITH_MAP, WITH_OPINION, RIGHT, REVIEWED, UNOWNED = 0.3, 0.04, 0.85, 0.1, 0.05
ANSWERS = 1500


@dataclass(frozen=True, slots=True)
class Seed:
    """One way to answer, which many rows share."""

    kind: VerdictKind
    wnid: str
    score: float
    animal: float
    squirrel: SquirrelAnswer
    predictions: list[dict[str, Any]]


def rows(count: int, seed: int, until: datetime) -> Iterator[Classification]:
    """``count`` records of the year before ``until``, in no order."""
    dice = random.Random(seed)  # noqa: S311 - made up, not secret
    answers = [_answer(dice) for _ in range(ANSWERS)]
    owners = [_uuid(dice) for _ in range(max(3, count // 15))]
    for _ in range(count):
        # Squares: a few answers are given often and a few people ask often.
        answer = answers[int(dice.random() ** 2 * len(answers))]
        owner = None if dice.random() < UNOWNED else owners[int(dice.random() ** 2 * len(owners))]
        yield _row(dice, answer, owner, until - OVER * dice.random() ** 1.2)


def _row(dice: random.Random, answer: Seed, owner: UUID | None, at: datetime) -> Classification:
    queue, decode, infer = dice.expovariate(1 / 3), dice.lognormvariate(1.7, 0.4), dice.lognormvariate(3, 0.25)
    width, height = dice.choice(SIZES)
    return Classification(
        id=_uuid(dice),
        created_at=at,
        owner=owner,
        source=Classification.Source.SOCKET if owner else Classification.Source.LEGACY,
        name=dice.choice(NAMES).format(dice.randrange(10_000)),
        verdict=answer.kind.value,
        display=search.display(answer.wnid),
        wnid=answer.wnid,
        group=taxonomy.top_group(answer.wnid),
        score=answer.score,
        squirrel=answer.squirrel.value,
        animal=answer.animal,
        predictions=answer.predictions,
        model_name="MobileNetV2",
        model_version=VERSIONS[min(int((at.timestamp() / OVER.total_seconds() * len(VERSIONS)) % len(VERSIONS)), 2)],
        views="best" if dice.random() < 0.9 else "fast",
        queue_ms=queue,
        decode_ms=decode,
        infer_ms=infer,
        total_ms=queue + decode + infer,
        format="JPEG",
        width=width,
        height=height,
        size=dice.randrange(20_000, 400_000),
        heatmap=_heatmap(dice) if dice.random() < WITH_MAP else None,
        **(_opinions(dice, answer, at) if dice.random() < WITH_OPINION else {}),
    )


def _opinions(dice: random.Random, answer: Seed, at: datetime) -> dict[str, Any]:
    right = dice.random() < RIGHT
    instead = "" if right else labels()[dice.randrange(ANIMALS)].wnid
    opinion = Classification.Opinion.RIGHT if right else Classification.Opinion.WRONG
    said = {"feedback": opinion, "suggested": instead, "feedback_at": at + timedelta(minutes=1)}
    return {**said, "review": opinion, "truth": instead or answer.wnid} if dice.random() < REVIEWED else said


def _answer(dice: random.Random) -> Seed:
    kind = dice.choices(list(KINDS), list(KINDS.values()))[0]
    best = _best(dice, kind)
    score = dice.uniform(0.3, 0.65) if kind is VerdictKind.UNSURE else dice.uniform(0.65, 0.99)
    is_animal = kind is not VerdictKind.NONE
    index = best[0].index
    return Seed(
        kind=kind,
        wnid=_wnid(dice, kind, index),
        score=score,
        animal=dice.uniform(score, 1) if is_animal else 1 - score,
        squirrel=_squirrel(dice, index),
        predictions=[msgspec.to_builtins(scored) for scored in best],
    )


def _squirrel(dice: random.Random, index: int) -> SquirrelAnswer:
    if index in taxonomy.SQUIRRELS:
        return SquirrelAnswer.YES
    return SquirrelAnswer.MAYBE if dice.random() < 0.01 else SquirrelAnswer.NO


def _best(dice: random.Random, kind: VerdictKind) -> list[ScoredClass]:
    """Five classes; squares favour the first, so that some animals are seen more often."""
    low, many = (ANIMALS, len(labels()) - ANIMALS) if kind is VerdictKind.NONE else (0, ANIMALS)
    first = 335 if kind is VerdictKind.SPECIES and dice.random() < 0.05 else low + int(dice.random() ** 2 * many)
    shares = sorted((dice.random() ** 3 for _ in range(5)), reverse=True)
    indices = [first, *(low + dice.randrange(many) for _ in range(4))]
    return [
        ScoredClass.of(labels()[index], share / (sum(shares) + 0.2))
        for index, share in zip(indices, shares, strict=True)
    ]


def _wnid(dice: random.Random, kind: VerdictKind, index: int) -> str:
    if kind is VerdictKind.ANIMAL:
        return taxonomy.ROOT
    groups = _groups(index) if kind in {VerdictKind.GROUP, VerdictKind.UNSURE} else ()
    return dice.choice(groups) if groups else labels()[index].wnid


@cache
def _groups(index: int) -> tuple[str, ...]:
    """The everyday groups above a class, without the root."""
    above = (node for node in taxonomy.spoken() if index in node.leaves and len(node.leaves) > 1)
    return tuple(node.wnid for node in above if node.wnid != taxonomy.ROOT)


def _heatmap(dice: random.Random) -> dict[str, Any]:
    return {"view_box": [0.0, 0.0, 1.0, 1.0], "map": [round(dice.gauss(0, 2), 4) for _ in range(49)]}


def _uuid(dice: random.Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)
