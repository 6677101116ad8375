"""What an instance in a box sees of the file system: all of it to read, but for what is private.

Its own folder is writable, as a copy that is dropped with the instance. Homes, temporary folders and the
suites are hidden, except for what the command needs to run.
"""

# ruff: noqa: PTH100, PTH112, PTH115 - of pathlib, some raise where the user may not look
from __future__ import annotations

import contextlib
import os
import pwd
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from .. import bundled
from .box import View
from .command import Command
from .landlock import ALL, CHANGE, READ, READ_DIR, Rules

TEMPORARY = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - to hide them
HOMES = ("/home", "/root")
TOOLS = (
    *(".local", ".pyenv", ".conda", "miniconda3", "anaconda3", "miniforge3"),
    *(".nvm", ".volta", ".deno", ".bun", ".asdf", ".sdkman", ".dotnet"),
    *(".rbenv", ".rvm", ".gem", ".cargo", ".rustup", ".nix-profile", "go", "sdk"),
)
"""Where in a home the programs are that a user has installed."""
CACHES = (*(".cache/uv", ".cache/go-build", ".cache/deno", ".npm", ".m2", ".gradle", ".nuget", ".bundle"),)
"""Where in a home `uv run`, `go run`, `npx` and others keep what they would have to load again."""
BIN = ("bin", "sbin", "shims")
MOST_LINKS = 40
"""From one to the next: the kernel follows no more either (path_resolution(7))."""
ORDER = ("hide", "link", "show", "cache", "own")
"""Of what is mounted on the same folder."""
RANK = {kind: rank for rank, kind in enumerate(ORDER)}


def view_of(command: Command, also: Iterable[Path] = ()) -> View:
    """Of a box: parents before children. `also` are files and folders to show."""
    own, hidden, shown, links = _parts(command, also)
    view = [("hide", path) for path in (*hidden, *_secret())]
    view += [("link", path) for path in links]
    view += [("show", path) for path in shown]
    view += [("cache", path) for path in _caches() if _is_inside(path, hidden)]
    view += [("own", own)] if own != Path("/") else []
    view.sort(key=lambda entry: (entry[1].parts, RANK[entry[0]]))
    return [(kind, str(path)) for kind, path in view]


def rules_of(command: Command, temporary: Path, also: Iterable[Path] = ()) -> Rules:
    """For Landlock, by which everything is forbidden that is not allowed. There is no copy of the instance's
    own folder: what it does there lasts. `temporary` is another folder of its own."""
    own, hidden, shown, _ = _parts(command, also)
    rules = [rule for path in (Path("/"), *shown) for rule in _readable(path, {*hidden} - {path})]
    rules += [(path, READ) for path in _caches()]
    rules += [(own, ALL), (temporary, ALL), (Path("/dev"), READ | CHANGE), (Path("/dev/shm"), ALL)]  # noqa: S108
    return [(str(path), rights) for path, rights in [*rules, (Path("/proc"), READ | CHANGE)]]


def _readable(folder: Path, hidden: set[Path]) -> Iterator[tuple[Path, int]]:
    """The fewest rules by which all of it can be read but what is hidden. Of what is secret the names can,
    for programs look for their libraries in folders above it."""
    if folder in hidden:
        return
    below = [path for path in (*hidden, *_secret()) if _is_below(path, folder)]
    if not below:
        yield folder, READ
        return
    if hidden.isdisjoint(below):
        yield folder, READ_DIR
    if folder not in below:
        for path in _entries(folder):
            if not path.is_symlink():
                yield from _readable(path, hidden)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # no business of this user
        return []


def _parts(command: Command, also: Iterable[Path]) -> tuple[Path, list[Path], list[Path], list[Path]]:
    """The instance's own folder, the folders that are hidden, what is shown although it is in them, and
    the links there by which that is called."""
    own = Path(command.cwd).resolve()
    hidden = _hidden(own)
    asked = [_place(path) for path in also]
    named = [*map(_place, {*_needed(command)}), *_installed(tuple(_own_homes()), tuple(sys.path)), *asked]
    needed = {place.true for place in named if _is_shown(place.true, hidden)}
    needed |= {place.true for place in asked if _is_inside(place.true, hidden)}
    needed = {path for path in needed if not _is_below(path, own)}
    shown = [path for path in needed if not any(_is_below(path, other) for other in needed - {path})]
    links = {link for place in (*named, _place(Path(command.cwd))) for link in place.links}
    missing = [link for link in links if _is_inside(link, hidden) and not _is_inside(link, [own, *shown])]
    return own, hidden, shown, missing


def _caches() -> list[Path]:
    found = {Path(home, name).resolve() for home in _own_homes() for name in CACHES}
    return [path for path in found if os.path.isdir(path)]


def _secret() -> list[Path]:
    """What a server that is judged should not read. The suites of the user lie in his own folder."""
    return [bundled.suites_dir().resolve()]


def _hidden(own: Path) -> list[Path]:
    """Folders that are empty for the instance. Its own folder stays, even if it is a home."""
    found = {Path(name).resolve() for name in (*TEMPORARY, *HOMES, tempfile.gettempdir(), *_own_homes())}
    return [path for path in found if os.path.isdir(path) and path != Path("/") and path != own]


def _own_homes() -> list[str]:
    """By the environment and by the system; in a container the user may have neither."""
    homes = [os.environ.get("HOME", "/")]
    with contextlib.suppress(KeyError):
        homes.append(pwd.getpwuid(os.getuid()).pw_dir)
    return homes


def _is_shown(path: Path, hidden: list[Path]) -> bool:
    """Whether it would be hidden, and is not so much that nothing would stay hidden."""
    return _is_inside(path, hidden) and path not in hidden and _exists(path)


def _is_inside(path: Path, folders: list[Path]) -> bool:
    return any(_is_below(path, folder) for folder in folders)


def _is_below(path: Path, folder: Path) -> bool:
    """As path.is_relative_to(folder), in a tenth of the time; both are absolute."""
    return f"{path}/".startswith(f"{folder}/".replace("//", "/"))


class _Place(NamedTuple):
    true: Path
    links: tuple[Path, ...]


def _place(path: Path) -> _Place:
    return _Place(path.resolve(), tuple(_links(path)))


def _links(path: Path) -> Iterator[Path]:
    """The symbolic links on the way to it, each without another one on the way to that."""
    for _ in range(MOST_LINKS):
        path = Path(os.path.abspath(path))
        link = next(filter(os.path.islink, (*reversed(path.parents), path)), None)
        if link is None:
            return
        yield link
        path = link.parent / os.readlink(link) / path.relative_to(link)


# ---------------------------------------------------------------- what the command needs


def _needed(command: Command) -> Iterator[Path]:
    """Existing and missing paths that the command and its environment name."""
    program = Path(command.cwd, command.program)
    yield from (program, program.parent, program.resolve(), program.resolve().parent)
    for word in command.argv:
        yield from _folders(word, Path(command.cwd))
    for name, value in command.env.items():
        if name not in ("HOME", "PWD", "OLDPWD", "TMPDIR"):
            yield from _folders(value, Path("/"))


@cache
def _installed(homes: tuple[str, ...], path: tuple[str, ...]) -> list[_Place]:
    """The tester's Python, and what its user has installed: looked up once, for nobody installs meanwhile."""
    libraries = (sys.prefix, sys.base_prefix, *filter(None, path))
    tools = (Path(home, name) for name in TOOLS for home in homes)
    return [_place(found) for found in (*map(Path, libraries), *tools)]


def _folders(word: str, base: Path) -> Iterator[Path]:
    """The files with their folders, and the folders, that a word names: `./a.py`, `--of=/x/y`, `/a:/b`."""
    for piece in word.replace("=", ":").split(":"):
        path = base / piece
        if "/" in piece and _exists(path):
            folder = path if path.is_dir() else path.parent
            yield from (path, folder)
            if folder.name in BIN:
                yield folder.parent  # with the libraries of its programs


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a path, or no text for one
        return False
