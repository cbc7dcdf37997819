"""``manage.py build_taxonomy``: the table of animals from WordNet 3.0. Its reviewed names are kept."""

import csv
import io
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.vocabulary.labels import ANIMALS, labels
from classifier.vocabulary.taxonomy import ROOT, TAXONOMY_FILE

COLUMNS = ("wnid", "name", "parents", "speak", "display", "plural", "group")
REVIEWED = ("speak", "display", "plural", "group")

#: Where Debian's ``wordnet-base`` puts WordNet 3.0. Needed here only, never to run or to build the product.
WORDNET_DIR = Path("/usr/share/wordnet")


@dataclass(frozen=True, slots=True)
class Synset:
    """A noun of WordNet: its first word, and what it is a kind of."""

    name: str
    hypernyms: tuple[str, ...]


class Command(BaseCommand):
    help = "Generates the table of animals from WordNet 3.0 (Debian's wordnet-base) and keeps its reviewed names."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wordnet", type=Path, default=WORDNET_DIR, help="the folder with data.noun")
        parser.add_argument("--file", type=Path, default=TAXONOMY_FILE, help="the table")
        parser.add_argument("--check", action="store_true", help="write nothing, fail if the table would change")

    def handle(self, *_: Any, **options: Any) -> None:
        path: Path = options["file"]
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = table(read_nouns(options["wordnet"]), before)
        if options["check"]:
            if after != before:
                raise CommandError(f"{path} is not what WordNet gives. Run: manage.py build_taxonomy")
        else:
            path.write_text(after, encoding="utf-8")
        self.stdout.write(f"{path.name}: {len(after.splitlines()) - 1} animals and groups of animals.")


def read_nouns(folder: Path) -> dict[str, Synset]:
    """All nouns by wnid, from ``data.noun`` (its format: ``man 5 wndb``)."""
    path = folder / "data.noun"
    if not path.is_file():
        raise CommandError(f"{path} is missing. It comes with: apt-get install wordnet-base")
    with path.open(encoding="ascii") as file:
        return dict(_noun(line) for line in file if not line.startswith("  "))


def _noun(line: str) -> tuple[str, Synset]:
    """``offset file type w_cnt(hex) word id … p_cnt symbol offset pos source/target … | gloss``: ``@`` is "kind of"."""
    fields = line.partition(" | ")[0].split()
    words = int(fields[3], 16)
    pointers = fields[5 + 2 * words :]
    pairs = zip(pointers[0::4], pointers[1::4], strict=True)
    return f"n{fields[0]}", Synset(fields[4], tuple(f"n{offset}" for symbol, offset in pairs if symbol == "@"))


def table(nouns: dict[str, Synset], before: str) -> str:
    """The table as it should be; ``before`` is the one with the reviewed names, or empty."""
    reviewed = {row["wnid"]: row for row in csv.DictReader(io.StringIO(before))}
    parents = _parents(nouns)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for wnid in dict.fromkeys(_downwards(ROOT, parents)):
        row = {"wnid": wnid, "name": nouns[wnid].name, "parents": " ".join(parents[wnid])}
        kept = reviewed.get(wnid, {"speak": "no", "display": nouns[wnid].name.replace("_", " ")})
        writer.writerow(row | {column: kept.get(column, "") for column in REVIEWED})
    return out.getvalue()


def _parents(nouns: dict[str, Synset]) -> dict[str, tuple[str, ...]]:
    """Every animal class and what is above it, up to the root, each with those of its hypernyms that are animals.

    In the order of the classes, so that neighbours in the table belong together.
    """
    found: dict[str, tuple[str, ...]] = {}

    def climb(wnid: str) -> bool:
        if wnid not in found and wnid != ROOT:
            above = tuple(parent for parent in nouns[wnid].hypernyms if climb(parent))
            if not above:
                return False
            found[wnid] = above
        return True

    for label in labels()[:ANIMALS]:
        if not climb(label.wnid):
            raise CommandError(f"{label.label} is no animal in this WordNet. It has to be WordNet 3.0.")
    return {ROOT: ()} | found


def _downwards(wnid: str, parents: dict[str, tuple[str, ...]]) -> Iterator[str]:
    yield wnid
    for child in (child for child, above in parents.items() if wnid in above):
        yield from _downwards(child, parents)
