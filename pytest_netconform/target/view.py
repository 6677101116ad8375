"""What an instance in a box sees of the file system: all of it to read, but for what is private.

Its own folder is writable, as a copy that is dropped with the instance. Homes, temporary folders and the
suites are hidden, except for what the command needs to run.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .. import bundled
from .box import View
from .command import Command
from .landlock import ALL, CHANGE, KEEP, READ, Rules

TEMPORARY = ("/tmp", "/var/tmp", "/run")  # noqa: S108 - to hide them
HOMES = ("/home", "/root")
TOOLS = (
    *(".local", ".pyenv", ".conda", "miniconda3", "anaconda3", "miniforge3"),
    *(".nvm", ".volta", ".deno", ".bun", ".asdf", ".sdkman", ".m2", ".dotnet"),
    *(".rbenv", ".rvm", ".gem", ".cargo", ".rustup", ".nix-profile", "go", "sdk"),
)
"""Where in a home the programs are that a user has installed."""
BIN = ("bin", "sbin", "shims")
ORDER = ("hide", "show", "own")
"""Of what is mounted on the same folder."""
RANK = {kind: rank for rank, kind in enumerate(ORDER)}


def view_of(command: Command, also: Iterable[Path] = ()) -> View:
    """Of a box: parents before children. `also` are files and folders to show."""
    own, hidden, shown = _parts(command, also)
    view = [("hide", path) for path in (*hidden, *_secret())]
    view += [("show", path) for path in shown]
    view += [("own", own)] if own != Path("/") else []
    view.sort(key=lambda entry: (entry[1].parts, RANK[entry[0]]))
    return [(kind, str(path)) for kind, path in view]


def rules_of(command: Command, temporary: Path, also: Iterable[Path] = ()) -> Rules:
    """For Landlock, by which everything is forbidden that is not allowed. In the instance's own folder it
    may write, but not remove; `temporary` is all its own."""
    own, hidden, shown = _parts(command, also)
    rules = [(path, READ) for path in (*_all_but(Path("/"), {*hidden, *_secret()}), *shown)]
    rules += [(own, KEEP), (temporary, ALL), (Path("/dev"), READ | CHANGE), (Path("/dev/shm"), ALL)]  # noqa: S108
    return [(str(path), rights) for path, rights in [*rules, (Path("/proc"), READ | CHANGE)]]


def _all_but(folder: Path, without: set[Path]) -> Iterator[Path]:
    """The fewest paths that make up the folder without these."""
    for path in sorted(folder.iterdir()):
        if path in without or path.is_symlink():
            continue
        if any(other.is_relative_to(path) for other in without):
            yield from _all_but(path, without)
        else:
            yield path


def _parts(command: Command, also: Iterable[Path]) -> tuple[Path, list[Path], list[Path]]:
    """The instance's own folder, the folders that are hidden, and what is shown although it is in them."""
    own = Path(command.cwd).resolve()
    hidden = _hidden(own)
    needed = {path for path in map(Path.resolve, {*_needed(command), *also}) if _is_shown(path, own, hidden)}
    shown = [path for path in needed if not any(path.is_relative_to(other) for other in needed - {path})]
    return own, hidden, shown


def _secret() -> list[Path]:
    """What a server that is judged should not read. The suites of the user lie in his own folder."""
    return [bundled.suites_dir().resolve()]


def _hidden(own: Path) -> list[Path]:
    """Folders that are empty for the instance. Its own folder stays, even if it is a home."""
    found = {Path(name).resolve() for name in (*TEMPORARY, *HOMES, tempfile.gettempdir(), *_own_homes())}
    return [path for path in found if path.is_dir() and path != Path("/") and path != own]


def _own_homes() -> list[str]:
    """By the environment and by the system; in a container the user may have neither."""
    homes = [os.environ.get("HOME", "/")]
    with contextlib.suppress(KeyError):
        homes.append(pwd.getpwuid(os.getuid()).pw_dir)
    return homes


def _is_shown(path: Path, own: Path, hidden: list[Path]) -> bool:
    """Whether it would be hidden, and is not so much that nothing would stay hidden."""
    is_hidden = any(path.is_relative_to(folder) and path != folder for folder in hidden)
    return is_hidden and path.exists() and not path.is_relative_to(own)


# ---------------------------------------------------------------- what the command needs


def _needed(command: Command) -> Iterator[Path]:
    """Existing and missing paths that the command, its environment and its Python name."""
    yield Path(command.cwd, command.program).parent
    yield Path(command.cwd, command.program).resolve().parent
    yield from map(Path, (sys.prefix, sys.base_prefix, *filter(None, sys.path)))
    for word in command.argv:
        yield from _folders(word, Path(command.cwd))
    for name, value in command.env.items():
        if name not in ("HOME", "PWD", "OLDPWD", "TMPDIR"):
            yield from _folders(value, Path("/"))
    for name in TOOLS:
        for home in _own_homes():
            yield Path(home, name)


def _folders(word: str, base: Path) -> Iterator[Path]:
    """The folders of the files, and the folders, that a word names: `a.py`, `--config=/x/y.ini`, `/a:/b`."""
    for piece in word.replace("=", ":").split(":"):
        path = base / piece
        if "/" in piece and _exists(path):
            folder = path if path.is_dir() else path.parent
            yield folder
            if folder.name in BIN:
                yield folder.parent  # with the libraries of its programs


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a path, or no text for one
        return False
