"""``manage.py build_taxonomy``: generate the table of animals from WordNet 3.0 and keep its reviewed names."""

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

#: The folder of WordNet 3.0 in Debian's package ``wordnet-base``. Only this command needs it.
WORDNET_DIR = Path("/usr/share/wordnet")


@dataclass(frozen=True, slots=True)
class Synset:
    """A noun of WordNet: its first word and the wnids of its direct hypernyms."""

    name: str
    hypernyms: tuple[str, ...]


class Command(BaseCommand):
    help = "Generate the table of animals from WordNet 3.0 (Debian's wordnet-base). Reviewed names stay as they are."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wordnet", type=Path, default=WORDNET_DIR, help="the folder with data.noun")
        parser.add_argument("--file", type=Path, default=TAXONOMY_FILE, help="the table to update")
        parser.add_argument("--check", action="store_true", help="write nothing; fail if the table would change")

    def handle(self, *_: Any, **options: Any) -> None:
        path: Path = options["file"]
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        updated = build_table(read_nouns(options["wordnet"]), current)
        if options["check"]:
            if updated != current:
                raise CommandError(f"{path} differs from WordNet 3.0. Run: manage.py build_taxonomy")
        else:
            path.write_text(updated, encoding="utf-8")
        self.stdout.write(f"{path.name}: {len(updated.splitlines()) - 1} animal classes and groups.")


def read_nouns(folder: Path) -> dict[str, Synset]:
    """Return all nouns by wnid, read from ``data.noun`` (format: ``man 5 wndb``). Raises ``CommandError``."""
    path = folder / "data.noun"
    if not path.is_file():
        raise CommandError(f"{path} is missing. Install it with: apt-get install wordnet-base")
    with path.open(encoding="ascii") as file:
        return dict(_parse_noun(line) for line in file if not line.startswith("  "))


def _parse_noun(line: str) -> tuple[str, Synset]:
    """Parse ``offset file type w_cnt(hex) word id … p_cnt symbol offset pos source/target … | gloss``.

    The pointer symbol ``@`` means "is a kind of".
    """
    fields = line.partition(" | ")[0].split()
    word_count = int(fields[3], 16)
    pointers = fields[5 + 2 * word_count :]
    pairs = zip(pointers[0::4], pointers[1::4], strict=True)
    return f"n{fields[0]}", Synset(fields[4], tuple(f"n{offset}" for symbol, offset in pairs if symbol == "@"))


def build_table(nouns: dict[str, Synset], current: str) -> str:
    """Return the table as CSV text, with the reviewed names of the ``current`` table (may be empty)."""
    reviewed = {row["wnid"]: row for row in csv.DictReader(io.StringIO(current))}
    parents = _parents(nouns)
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for wnid in dict.fromkeys(_with_descendants(ROOT, parents)):
        row = {"wnid": wnid, "name": nouns[wnid].name, "parents": " ".join(parents[wnid])}
        names = reviewed.get(wnid, {"speak": "no", "display": nouns[wnid].name.replace("_", " ")})
        writer.writerow(row | {column: names.get(column, "") for column in REVIEWED})
    return table.getvalue()


def _parents(nouns: dict[str, Synset]) -> dict[str, tuple[str, ...]]:
    """Return the animal parents of every animal class and of all groups above it, up to the root.

    The order follows the classes, so that related animals are neighbours in the table.
    """
    parents: dict[str, tuple[str, ...]] = {}

    def is_animal(wnid: str) -> bool:
        if wnid not in parents and wnid != ROOT:
            animal_parents = tuple(parent for parent in nouns[wnid].hypernyms if is_animal(parent))
            if not animal_parents:
                return False
            parents[wnid] = animal_parents
        return True

    for label in labels()[:ANIMALS]:
        if not is_animal(label.wnid):
            raise CommandError(f"{label.label} is not an animal in this WordNet. Use WordNet 3.0.")
    return {ROOT: ()} | parents


def _with_descendants(wnid: str, parents: dict[str, tuple[str, ...]]) -> Iterator[str]:
    yield wnid
    for child in (child for child, child_parents in parents.items() if wnid in child_parents):
        yield from _with_descendants(child, parents)
