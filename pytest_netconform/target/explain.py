"""Why a target could not be started: one sentence, the likely cause, what to do, what it printed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import EnvironmentFault, NotTestable, TargetError
from ..payload import fit, visible
from .box import ROOM
from .command import Command, is_passed
from .limits import Limits
from .log import Log
from .procnet import owner_of
from .sockets import Endpoint, SocketTable, Transport
from .vitals import Exit

PREFIX = "srv| "
LINES_SEARCHED = 200
LARGEST_SCRIPT = 256 * 1024
MOST_PORTS_TRIED = 50
READ_CALLS = ("0", "63")
"""read(2) by number: x86-64, and arm64 with all later machines."""

GO_ON = "a server must not end by itself: it takes clients again and again, in a loop without end"
_IN_USE = re.compile(r"address already in use|EADDRINUSE|Errno 98|WinError 10048", re.IGNORECASE)
_ERROR_LINE = re.compile(r"(Exception in thread \S+ )?([A-Za-z_][\w.]*)?(Error|Exception|Exit|Interrupt)\b.*")
_PLACE = re.compile(r'\s*File "([^"]+)", line (\d+)')
_NUMBER = re.compile(r"(?<![\w.])\d{2,5}(?![\w.])")
_SCRIPT_ENDS = (".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php", ".sh", ".java", ".go")

_ADVICE: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"No module named '?([\w.]+)"), lambda name: f"try: pip install {name.partition('.')[0]}"),
    (re.compile(r"Cannot find module '([^']+)'"), lambda name: _about_node_module(name)),
    (re.compile(r"can't open file '([^']+)'"), lambda name: f"there is no file {name}"),
    (re.compile(r"KeyError: '([A-Za-z_]\w*)'"), lambda name: _about_variable(name)),
)

_AT_ITS_LIMIT = {
    "files": re.compile(r"Too many open files|\bEMFILE\b", re.IGNORECASE),
    "file_size": re.compile(r"File too large|\bEFBIG\b", re.IGNORECASE),
}

_MISSING = re.compile(r"(?:No such file or directory|ENOENT)[^'\n]*'(/[^'\n]+)'")
_IN_A_BOX = (
    ("Network is unreachable|Connection refused|name resolution", "it reaches nothing outside of its box"),
    ("Read-only file system|EROFS", "in its box it can write to its own folder and to /tmp"),
    ("No space left|ENOSPC", f"in its box a folder takes {ROOM >> 20} MiB at the most"),
)
"""What a right server may miss there."""


@dataclass(frozen=True)
class Failure:
    """What is known when a start has failed."""

    command: Command
    log: Log
    table: SocketTable
    pids: Sequence[int] = ()
    known_port: int | None = None
    limits: Limits = field(default_factory=Limits)
    boxed: bool = False


# ---------------------------------------------------------------- the three kinds of failure


def ended(failure: Failure, exit_: Exit) -> NotTestable:
    """It ended before it listened. That somebody else has its port is no fault of the target."""
    how = "ended with" if exit_.signal is None else "was"
    lines = [*_causes(failure), *([GO_ON] if exit_.status == 0 else [])]
    error = _error(f"the server {how} {exit_} before it listened on a port", failure, lines)
    if _wants_busy_port(failure) and _held(busy_sockets(failure)):
        return EnvironmentFault("the port that the server wants is taken", error.explanation)
    return error


def silent(
    failure: Failure, seconds: float, port: int | None, transport: Transport | None = None
) -> TargetError:
    """It lives and cannot be reached: by any transport or the one demanded, on any port or on `port`."""
    places = _places(failure, transport)
    if port is not None and places:
        return _error(
            f"the server listens on {', '.join(places)}, not on port {port} as --target-port says",
            failure,
            (),
        )
    sentence = f"the server runs, but {_SILENCE[transport]} after {seconds:g} s"
    return _error(sentence, failure, tuple(_instead(failure, transport)))


_SILENCE: dict[Transport | None, str] = {
    "tcp": "listens on no TCP port",
    "udp": "has bound no UDP port",
    None: "listens on no TCP port, and has bound no UDP port,",
}


def _places(failure: Failure, transport: Transport | None) -> list[str]:
    """Where it can be reached by this transport, or by any."""
    listening = failure.table.listening(lambda: failure.pids) if transport != "udp" else []
    bound = failure.table.udp(lambda: failure.pids) if transport != "tcp" else []
    return [*sorted(map(str, listening)), *(f"UDP {place}" for place in sorted(map(str, bound)))]


def foreign(failure: Failure, endpoint: Endpoint) -> TargetError:
    """It listens where a client on this machine's loopback does not come."""
    advice = "bind to 127.0.0.1, or to '' (0.0.0.0) for all addresses"
    return _error(
        f"the server listens on {endpoint} only, which is no loopback address", failure, (f"try: {advice}",)
    )


def _error(sentence: str, failure: Failure, lines: Iterable[str]) -> TargetError:
    printed = failure.log.tail() or ["(it printed nothing)"]
    return TargetError(sentence, (*lines, *(PREFIX + line for line in printed)))


# ---------------------------------------------------------------- likely causes


def _causes(failure: Failure) -> Iterator[str]:
    lines = failure.log.tail(LINES_SEARCHED)
    errors = [i for i, line in enumerate(lines) if _ERROR_LINE.fullmatch(line)]
    if errors:
        yield f"cause: {lines[errors[-1]]}{_place(lines[: errors[-1]])}"
    text = "\n".join(lines)
    for pattern, advice in _ADVICE:
        if found := pattern.search(text):
            yield from filter(None, [advice(found[1])])
    for name, pattern in _AT_ITS_LIMIT.items():
        if pattern.search(text):
            yield failure.limits.met(name)
    if failure.boxed:
        yield from _about_box(text)
    if _IN_USE.search(text):
        yield from _about_busy_port(failure)


def _about_box(text: str) -> Iterator[str]:
    for pattern, sentence in _IN_A_BOX:
        if re.search(pattern, text, re.IGNORECASE):
            yield sentence
            yield "try: --sandbox process, if it must do more"
    hidden = next((name for name in _MISSING.findall(text) if Path(name).exists()), None)
    if hidden is not None:
        yield "that is hidden from it, as private folders are"
        yield f"try: --sandbox-show {hidden}"


def _place(lines: list[str]) -> str:
    """Where a Python traceback says that it happened."""
    places = [found for line in lines if (found := _PLACE.match(line))]
    return f" ({Path(places[-1][1]).name}:{places[-1][2]})" if places else ""


def _about_node_module(name: str) -> str:
    return f"there is no file {name}" if name.startswith((".", "/")) else f"try: npm install {name}"


def _about_variable(name: str) -> str:
    if name not in os.environ or is_passed(name):
        return ""
    return f"targets do not get the variable {name} of your environment; try: --target-env {name}=..."


def _about_busy_port(failure: Failure) -> Iterator[str]:
    sockets = busy_sockets(failure)
    if not sockets:
        return
    port = sockets[0].port
    if not _held(sockets):
        yield f"no process holds port {port}; connections of an earlier run keep it for a minute (TIME_WAIT)"
        yield "try: set SO_REUSEADDR before bind()"
    elif (pid := owner_of({socket.inode for socket in sockets if socket.inode})) is not None:
        yield f"port {port} is in use by PID {pid}: {_command_line(pid)}"
    else:
        yield f"port {port} is in use by another user's process"


def _held(sockets: Iterable[Endpoint]) -> bool:
    """Whether a process has one of them, rather than the kernel only, after their closing."""
    return any(socket.inode for socket in sockets)


def _command_line(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "?"
    return fit(visible(" ".join(map(os.fsdecode, words)).strip()), 100)


# ---------------------------------------------------------------- which port was busy


def port_to_be_freed(failure: Failure) -> int | None:
    """The port that the target could not bind, if only connections in TIME_WAIT hold it."""
    if not _wants_busy_port(failure):
        return None
    sockets = busy_sockets(failure)
    return sockets[0].port if sockets and not _held(sockets) else None


def _wants_busy_port(failure: Failure) -> bool:
    return _IN_USE.search("\n".join(failure.log.tail(LINES_SEARCHED))) is not None


def busy_sockets(failure: Failure) -> list[Endpoint]:
    """The sockets on the port that the target wanted: the first busy one of the ports that it had before,
    or that its output, its command or its script mentions. The system does not tell it."""
    for port in list(dict.fromkeys(mentioned_ports(failure)))[:MOST_PORTS_TRIED]:
        if found := failure.table.on_port(port) or failure.table.on_port(port, "udp"):
            return found
    return []


def mentioned_ports(failure: Failure) -> Iterator[int]:
    """That it had before, or that its output, its command or its script names."""
    if failure.known_port is not None:
        yield failure.known_port
    output = "\n".join(failure.log.tail(LINES_SEARCHED))
    for text in (output, " ".join(failure.command.argv), *_scripts(failure.command)):
        yield from (number for word in _NUMBER.findall(text) if (number := int(word)) <= 65535)


def _scripts(command: Command) -> Iterator[str]:
    for word in command.argv:
        path = command.cwd / word
        if word.endswith(_SCRIPT_ENDS) and path.is_file() and path.stat().st_size <= LARGEST_SCRIPT:
            yield path.read_text(encoding="utf-8", errors="replace")


# ---------------------------------------------------------------- what it does instead of listening


def _instead(failure: Failure, transport: Transport | None) -> Iterator[str]:
    other: Transport = "tcp" if transport == "udp" else "udp"
    places = _places(failure, other)
    if places:
        yield _OTHERWISE[other].format(places=", ".join(places))
    if any(reads_standard_input(pid) for pid in failure.pids):
        yield "it waits for input on its standard input; a server must start without questions"
    if not failure.log.total and not places:
        call = "bind()" if transport == "udp" else "listen()"
        yield f"it has printed nothing and opened no socket; is this the server, and does it call {call}?"


_OTHERWISE: dict[Transport, str] = {
    "udp": "it has opened {places}; a TCP server calls listen() on a SOCK_STREAM socket",
    "tcp": "it listens on TCP {places}; a UDP server binds a SOCK_DGRAM socket and does not call listen()",
}


def reads_standard_input(pid: int) -> bool:
    """Whether one of its threads is inside read(0, ...), by /proc/PID/task/TID/syscall (proc(5))."""
    for path in Path(f"/proc/{pid}/task").glob("*/syscall"):
        try:
            call, *arguments = path.read_text().split()
        except (OSError, ValueError):
            continue
        if call in READ_CALLS and arguments[:1] == ["0x0"]:
            return True
    return False
