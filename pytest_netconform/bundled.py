"""Where the bundled suites and reference servers are: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .errors import UsageError, did_you_mean

PACKAGE = Path(__file__).resolve().parent
PROTOCOLS = ("tcp", "udp", "socketio")
KINDS = ("variations", "faulty")
FIRST = ("tcp-echo", "tcp-ack", "isolation", "gbk", "disconnect", "lifecycle", "resources", "udp-echo")


@dataclass(frozen=True)
class Language:
    """How a server is run, and before that built, when it is written in this language.

    In the words, {source} is its file, {stem} that file's name without the suffix, {built} where the
    build puts what it makes, {python} the Python that runs the tests. Debian's `packages` bring the programs.
    `needs`: programs that it starts in its turn.
    Where `beside` names files, {built} is a folder with copies of them and of the source as {main}.
    """

    run: str
    build: str = ""
    packages: str = ""
    beside: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


LANGUAGES = {
    ".py": Language("{python} {source}"),
    ".c": Language("{built}", "cc -O2 -o {built} {source}", "gcc libc6-dev"),
    ".rs": Language("{built}", "rustc -O -o {built} {source}", "rustc"),
    ".js": Language("node {source}", packages="nodejs"),
    # A virtual machine that lives for seconds needs no more than its quick compiler, and no threads that
    # collect garbage: a third less time of the processor.
    ".java": Language(
        "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp {built} {stem}",
        "javac -d {built} {source}",
        "default-jdk-headless",
    ),
}
"""The suffix of a server's file -> its language."""

NODE_WITH_PACKAGES = Language(
    "node {built}/{main}",
    # What is in the lock file and nothing else; nothing that comes with it is run.
    "npm ci --prefix {built} --omit=dev --ignore-scripts --no-audit --no-fund --fetch-retries=1",
    "nodejs npm",
    ("package.json", "package-lock.json"),
)
"""Of a .js file that lies beside a package.json."""

WITH_REDIS = Language("{python} {source}", packages="redis-server", needs=("redis-server",))
"""Of a server that has several processes: its name says `cluster`."""


def language_of(source: Path) -> Language:
    """The language that the server in this file is written in."""
    if source.suffix == ".js" and source.with_name("package.json").exists():
        return NODE_WITH_PACKAGES
    if "cluster" in source.stem:
        return WITH_REDIS
    return LANGUAGES[source.suffix]


def suites_dir() -> Path:
    """The folder of the bundled suites."""
    return _folder("suites")


def suites() -> list[Path]:
    """The bundled suites in the order in which they are played: what a server does at all comes first."""
    known = sorted(suites_dir().glob("*.yaml"))
    return sorted(known, key=lambda path: FIRST.index(path.stem) if path.stem in FIRST else len(FIRST))


def references_dir() -> Path:
    """The folder of the reference servers, their variations and the faulty servers."""
    return _folder("reference_impls")


def _folder(name: str) -> Path:
    in_wheel = PACKAGE / "bundled" / name
    return in_wheel if in_wheel.is_dir() else PACKAGE.parent / name


def reference(name: str) -> Path:
    """`threads` or `faulty/double-echo` -> the server's source. Raises UsageError."""
    known = _references()
    wanted = called(name)
    if wanted not in known:
        right = ", ".join(called for called in known if "/" not in called)
        others = "right ones with a peculiarity as variations/NAME, and servers with a defect as faulty/NAME"
        hint = did_you_mean(wanted, known) or f"; there are {right}, {others}"
        raise UsageError(f"there is no reference server {name!r}{hint}")
    return known[wanted]


def reference_names() -> tuple[str, ...]:
    """The names that `ref:NAME` takes, the right servers first."""
    return tuple(_references())


@cache
def _references() -> dict[str, Path]:
    """References are called by their file alone, the others by their folder and their file."""
    folder = references_dir()
    found = {called(path.stem): path for protocol in PROTOCOLS for path in _servers(folder / protocol)}
    return found | {f"{kind}/{called(path.stem)}": path for kind in KINDS for path in _servers(folder / kind)}


def called(stem: str) -> str:
    """What `ref:` calls the server in this file: `c_epoll` -> `c-epoll`, `JavaThreads` -> `java-threads`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", stem).replace("_", "-").lower()


def _servers(folder: Path) -> list[Path]:
    """Files such as `_base.py` are helpers of the servers beside them."""
    files = (path for path in folder.glob("*") if path.suffix in LANGUAGES)
    return sorted(path for path in files if not path.name.startswith("_"))
