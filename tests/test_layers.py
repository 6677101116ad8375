"""Imports go downwards only, and each outside thing has one room that uses it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_netconform

PACKAGE = Path(pytest_netconform.__file__).parent
NAME = "pytest_netconform"

LEAVES = {"errors", "deadline", "payload"}
GLUE = {"plugin", "fixtures", "options", "session", "collection", "reporting", "scheduling"}
BELOW_THE_GLUE = LEAVES | {"bundled", "suite", "target", "actors", "run", "report"}

ROOMS: dict[str, set[str]] = {
    **{leaf: set() for leaf in LEAVES},
    "bundled": LEAVES,
    "suite": LEAVES,
    "wire": LEAVES,
    "target": LEAVES | {"bundled"},
    "actors": LEAVES | {"wire", "target"},
    "run": LEAVES | {"suite", "wire", "target", "actors"},
    "measure": LEAVES | {"target", "actors", "run"},
    "report": LEAVES | {"run", "measure"},
    "selftest": LEAVES | {"bundled", "suite", "target", "run"},
    **dict.fromkeys(GLUE, BELOW_THE_GLUE | GLUE),
    "cli": BELOW_THE_GLUE | {"selftest", ""},
    "": set(),  # the package itself: its version
}
"""Each room -> the rooms that it may import from, beside itself."""

ONLY_USERS = {
    "yaml": {"suite"},
    "pydantic": {"suite"},
    "pydantic_core": {"suite"},
    "subprocess": {"target"},
    "psutil": {"target"},
    "filelock": {"target"},
    "socket": {"target", "actors"},
    "select": {"target", "actors"},
    "selectors": {"target", "actors"},
    "jinja2": {"report"},
    "hypothesis": {"run"},
    "websocket": {"actors"},
    "socketio": {"actors"},
    "requests": {"actors"},
    "urllib3": {"actors"},
    "pytest": GLUE,
    "_pytest": set(),
    "xdist": GLUE,
}
"""A module from outside -> the rooms that may import it."""

HEAVY = {
    "yaml",
    "pydantic",
    "hypothesis",
    "socketio",
    "requests",
    "psutil",
    "jinja2",
    "websocket",
    "filelock",
}

FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py").replace("__init__", "")


def imported_by(path: Path, source: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a file imports, wherever it does."""
    package = [NAME, *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, node.module] if node.module else above)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def trespasses(path: Path, source: str) -> list[str]:
    room, found = room_of(path), []
    for line, name in imported_by(path, source):
        top, _, rest = name.partition(".")
        if top == NAME:
            other = rest.split(".")[0] if rest.split(".")[0] in ROOMS else ""
            if other not in ROOMS[room] | {room}:
                found.append(f"{path.name}:{line}: {room or NAME} imports {other or NAME}")
        elif room not in ONLY_USERS.get(top, {room}):
            found.append(f"{path.name}:{line}: {room or NAME} imports {top}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    assert room_of(path) in ROOMS
    assert trespasses(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "source", "trespass"),
    [
        ("run/play.py", "import socket", "play.py:1: run imports socket"),
        ("run/play.py", "def f():\n    from select import poll", "play.py:2: run imports select"),
        ("suite/load.py", "from ..run.play import play", "load.py:1: suite imports run"),
        ("suite/load.py", "from .. import run", "load.py:1: suite imports run"),
        ("target/tree.py", "import pytest_netconform.suite.load", "tree.py:1: target imports suite"),
        ("actors/tcp.py", "from pytest_netconform.run import play", "tcp.py:1: actors imports run"),
        ("report/html.py", "import yaml.nodes", "html.py:1: report imports yaml"),
        ("run/judge.py", "from pytest import fail", "judge.py:1: run imports pytest"),
        ("session.py", "import subprocess as s", "session.py:1: session imports subprocess"),
        ("errors.py", "from .payload import fit", "errors.py:1: errors imports payload"),
        ("cli.py", "from .plugin import pytest_configure", "cli.py:1: cli imports plugin"),
    ],
)
def test_a_trespass_is_seen(file: str, source: str, trespass: str) -> None:
    assert trespasses(PACKAGE / file, source) == [trespass]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("run/play.py", "from ..suite.load import load\nfrom .stage import Stage\nimport time"),
        ("target/tree.py", "import socket, subprocess\nfrom . import guard\nfrom .. import bundled"),
        ("plugin.py", "import pytest\nfrom . import options\nfrom .run.judge import Judge"),
    ],
)
def test_what_a_room_may_import_is_no_trespass(file: str, source: str) -> None:
    assert trespasses(PACKAGE / file, source) == []


def test_the_rooms_make_no_circle() -> None:
    done: set[str] = set()
    todo = {room: below - GLUE for room, below in ROOMS.items()}
    while free := {room for room, below in todo.items() if below <= done}:
        done |= free
        todo = {room: below for room, below in todo.items() if room not in done}
    assert todo == {}


def test_the_plugin_imports_nothing_heavy() -> None:
    """An installed plugin that nobody uses costs a start of pytest next to nothing."""
    program = "import sys, pytest_netconform.plugin\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert NAME in loaded
    assert loaded & HEAVY == set()
