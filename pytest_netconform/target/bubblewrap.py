"""A box that bwrap(1) makes: for machines that refuse our own namespaces, and allow them to that program.

bwrap executes boxinit.py as PID 1; this is the tester's side of it. The view is that of the other box, but
not all versions of bwrap have overlays: the folder of the instance is copied, and caches can be read only.
The box is opened before its first instance, and serves the next ones in the same network too, which see the
files that the ones before have written.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import EnvironmentFault
from . import boxinit
from .box import ROOM, Box, View
from .guards import open_program

OPENING = 30.0
"""Seconds until it is open, with the copy made; milliseconds are usual."""
CLOSING = 10.0
LARGEST_COPY = ROOM
MOST_FILES = 20_000
NOT_COPIED = {".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "node_modules"}
NOT_COPIED |= {".mypy_cache", ".pytest_cache", ".ruff_cache"}
"""Folders that no server writes to, and that are large: they are shown as they are, to be read only."""
PAGE = 4096
CREDENTIALS = struct.Struct("3i")

NAMESPACES = (
    *("--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
    *("--as-pid-1", "--die-with-parent"),
)
RIGHTS_OF_ROOT = ("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "KILL", "SETGID", "SETUID")
"""As in the other box; and any port. What an ordinary user has inside is not his network's."""
CODE, SOURCE = "/dev/netconform/code", "/dev/netconform/own"
"""Where it finds this package, and the folder to copy."""


class Bubblewrap(Box):
    """One for all instances in its network."""

    has_remote_guards = True

    def __init__(self, view: View) -> None:
        """Raises EnvironmentFault."""
        program = shutil.which("bwrap")
        if program is None:
            raise EnvironmentFault("bwrap is not installed")
        words = [program, *arguments(view, _is_setuid(program))]
        super().__init__(view)
        self._users = 1
        self._roots: set[int] = set()
        self._end = -1
        try:
            self._open(words)
        except BaseException:
            self.close()
            raise

    def _open(self, words: list[str]) -> None:
        errors, its_end = os.pipe()
        try:
            # The kernel tells who sends: PID 1, as it is called outside.
            self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            open_program(words, self._for_guard.fileno(), its_end)
            self._for_guard.close()
            os.close(its_end)
            self.guard, (netlink, *self._namespaces) = self._greeting(errors)
            self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        finally:
            os.close(errors)
        self.netlink = socket.socket(fileno=netlink)
        with contextlib.suppress(OSError):  # before Linux 5.3 its end is not waited for
            self._end = os.pidfd_open(_parent_of(self.guard))

    def _greeting(self, errors: int) -> tuple[int, list[int]]:
        """From PID 1: its PID, and the descriptors that it sends unasked."""
        room = socket.CMSG_SPACE(4 * 3) + socket.CMSG_SPACE(CREDENTIALS.size)
        self._channel.settimeout(OPENING)
        try:
            data, messages, _, _ = self._channel.recvmsg(1, room, socket.MSG_CMSG_CLOEXEC)
        except OSError as exc:
            raise EnvironmentFault(f"bwrap opens no box: {exc}") from exc
        if not data:
            raise EnvironmentFault(_refusal(errors))
        parts = {kind: content for _, kind, content in messages}
        (pid, _, _) = CREDENTIALS.unpack(parts[socket.SCM_CREDENTIALS])
        return pid, list(struct.unpack("3i", parts[socket.SCM_RIGHTS]))

    # ------------------------------------------------------------ as a Box

    def again(self, view: View) -> Box:
        self._users += 1
        return self

    def for_guard(self) -> list[int]:
        return [self._channel.fileno()]

    def entered(self, guard: int, root: int) -> None:
        self._roots.add(root)

    @property
    def is_shared(self) -> bool:
        return len(self._roots) > 1

    def beside(self, root: int) -> frozenset[int]:
        return frozenset(self._roots - {root, self.guard})

    def left(self, root: int) -> None:
        self._roots.discard(root)

    def close(self) -> None:
        self._users -= 1
        if self._users:
            return
        with contextlib.suppress(OSError):  # also where a fork of the tester has it too
            self._channel.shutdown(socket.SHUT_RDWR)
        super().close()
        if self._end >= 0:
            waiting = select.poll()
            waiting.register(self._end, select.POLLIN)
            waiting.poll(CLOSING * 1000)
            os.close(self._end)


def _refusal(errors: int) -> str:
    """What bwrap has complained about; or PID 1, whose last line says it."""
    text = b""
    while data := os.read(errors, 65536):
        text += data
    lines = text.decode(errors="replace").splitlines()
    return next((line for line in lines if line.startswith("bwrap: ")), (lines or ["bwrap has ended"])[-1])


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


# ---------------------------------------------------------------- what bwrap is told


def arguments(view: View, is_setuid: bool) -> list[str]:
    """All but its name and the number of the channel. With the rights of root it takes no sizes: then half of
    the machine's memory is the limit for each folder. Raises EnvironmentFault."""
    hidden = [path for kind, path in view if kind == "hide"]
    own = next((path for kind, path in reversed(view) if kind == "own"), "")
    words = [*NAMESPACES, "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", *_empty("/dev/shm")]  # noqa: S108
    for kind, path in view:
        if kind == "hide":
            words += _empty(path)
        elif kind == "link":
            words += ["--symlink", os.readlink(path), path]  # noqa: PTH115
        elif kind == "own":
            words += _copied(path, [inner for inner in hidden if inner.startswith(f"{path}/")])
        else:
            words += ["--ro-bind", path, path]
    words += ["--ro-bind", str(Path(boxinit.__file__).parent), CODE]
    words += ["--remount-ro", "/dev", "--remount-ro", "/proc", "--chdir", "/", *_rights(), *_libraries()]
    if is_setuid:
        pairs = zip(words, ["", *words], strict=False)
        words = [word for word, before in pairs if "--size" not in (word, before)]
    return [*words, "--", os.path.realpath(sys.executable), *boxinit.LAUNCH, CODE, SOURCE if own else "", own]


def _is_setuid(program: str) -> bool:
    return os.getuid() != 0 and bool(Path(program).stat().st_mode & stat.S_ISUID)


def _empty(path: str, size: int = ROOM, mode: int = 0o1777) -> list[str]:
    return ["--perms", f"{mode:o}", "--size", str(size), "--tmpfs", path]


def _copied(own: str, hidden: list[str]) -> list[str]:
    """It can be read at SOURCE, and PID 1 copies it to its place; but for what is hidden in it, and what is
    shown there as it is."""
    size, as_it_is = _survey(own, hidden)
    words = [*_empty(own, size + ROOM, Path(own).stat().st_mode & 0o777 | 0o700), "--ro-bind", own, SOURCE]
    for path in as_it_is:
        words += ["--ro-bind", path, path]
    for path in hidden:
        words += _empty(SOURCE + path.removeprefix(own))
    return words


def _rights() -> list[str]:
    if os.getuid() != 0:
        return []
    kept = (*RIGHTS_OF_ROOT, "NET_BIND_SERVICE")
    return ["--cap-drop", "ALL", *(word for name in kept for word in ("--cap-add", f"CAP_{name}"))]


def _libraries() -> list[str]:
    """Some installations of Python do not start without."""
    folders = os.environ.get("LD_LIBRARY_PATH")
    return ["--setenv", "LD_LIBRARY_PATH", folders] if folders else []


# ---------------------------------------------------------------- how much is to be copied


def _survey(folder: str, hidden: list[str]) -> tuple[int, list[str]]:
    """The bytes in memory that its files take, and the folders in it that are not copied. Raises
    EnvironmentFault."""
    size, as_it_is = 0, list[str]()
    for number, one in enumerate(_files(folder, hidden, as_it_is)):
        size += -(-one // PAGE) * PAGE
        if size > LARGEST_COPY or number >= MOST_FILES:
            most = f"{MOST_FILES:,} files" if number >= MOST_FILES else f"{LARGEST_COPY >> 20} MiB"
            raise EnvironmentFault(
                f"its folder {folder} would have to be copied for its box by bwrap, and has more than {most}",
                ("try: --target-cwd with a folder of the server alone, or --sandbox landlock",),
            )
    return size, as_it_is


def _files(folder: str, hidden: list[str], as_it_is: list[str]) -> Iterator[int]:
    """The size of each file and folder in it that is copied; the others are added to `as_it_is`."""
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it may not be looked into, or is gone
        return
    for entry in entries:
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                yield PAGE
                if entry.name in NOT_COPIED:
                    as_it_is.append(entry.path)
                elif entry.path not in hidden:
                    yield from _files(entry.path, hidden, as_it_is)
            elif entry.is_file(follow_symlinks=False):
                yield entry.stat(follow_symlinks=False).st_size
