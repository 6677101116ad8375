"""Where the bundled suites and reference servers are: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .errors import UsageError, did_you_mean

PACKAGE = Path(__file__).resolve().parent
PROTOCOLS = ("tcp", "udp", "socketio")
FIRST = ("tcp-echo", "tcp-ack", "isolation", "gbk", "disconnect", "udp-echo")


def suites_dir() -> Path:
    """The folder of the bundled suites."""
    return _folder("suites")


def suites() -> list[Path]:
    """The bundled suites in the order in which they are played: what a server does at all comes first."""
    known = sorted(suites_dir().glob("*.yaml"))
    return sorted(known, key=lambda path: FIRST.index(path.stem) if path.stem in FIRST else len(FIRST))


def references_dir() -> Path:
    """The folder of the reference servers and the faulty servers."""
    return _folder("reference_impls")


def _folder(name: str) -> Path:
    in_wheel = PACKAGE / "bundled" / name
    return in_wheel if in_wheel.is_dir() else PACKAGE.parent / name


def reference(name: str) -> Path:
    """`threads` or `faulty/double-echo` -> the server's script. Raises UsageError."""
    known = _references()
    wanted = name.replace("_", "-")
    if wanted not in known:
        right = ", ".join(called for called in known if not called.startswith("faulty/"))
        hint = did_you_mean(wanted, known) or f"; there are {right}, and servers with a defect as faulty/NAME"
        raise UsageError(f"there is no reference server {name!r}{hint}")
    return known[wanted]


def reference_names() -> tuple[str, ...]:
    """The names that `ref:NAME` takes, the right servers first."""
    return tuple(_references())


@cache
def _references() -> dict[str, Path]:
    """Right servers are called by their file alone, faulty ones by `faulty/` and their file."""
    folder = references_dir()
    found = {_called(path): path for protocol in PROTOCOLS for path in _servers(folder / protocol)}
    return found | {f"faulty/{_called(path)}": path for path in _servers(folder / "faulty")}


def _called(path: Path) -> str:
    return path.stem.replace("_", "-")


def _servers(folder: Path) -> list[Path]:
    """Files such as `_base.py` are helpers of the servers beside them."""
    return sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
