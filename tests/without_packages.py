"""Run manage.py as on a machine without some packages: ``python -m tests.without_packages numpy,tensorflow serve``."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from runpy import run_path


class MissingPackageFinder(MetaPathFinder):
    """Raises ``ModuleNotFoundError`` for some top-level packages, although they are installed."""

    def __init__(self, packages: list[str]) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(f"No module named {name!r} (absent in this test)", name=name)
        return None


if __name__ == "__main__":
    sys.meta_path.insert(0, MissingPackageFinder(sys.argv.pop(1).split(",")))
    sys.argv[0] = "manage.py"
    run_path(str(Path(__file__).parents[1] / "manage.py"), run_name="__main__")
