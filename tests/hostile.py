"""Servers with ONE misdeed each, for the tests of the target's control: `python hostile.py MISDEED --port N`.

Each is a right threaded echo server but for what its row in MISDEEDS says. Each is bounded in itself too, so
that a test that fails harms nobody: by LONGEST seconds of life, and by the numbers below.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

MIB = 1 << 20
LONGEST = 120
MOST_PROCESSES = 3000
MOST_MEMORY = 2048 * MIB
MOST_FILES = 2048 * MIB
NOBODY = "192.0.2.1"
"""TEST-NET-1, which is nobody's (RFC 5737)."""
NAUGHTY = (
    "\x1b[2J\x1b]0;owned\x07\r\n"
    "::error file=a.py,line=1::owned\n"
    "::notice title=owned::all is well\n"
    "##[error]owned\n"
    "=================== 99 passed in 0.01s ===================\n"
    "\rPASSED tcp-echo/one-message [hostile]\n"
    "</script><script>alert(1)</script>]]>\x00\x85\u2028\u202eowned\n"
)

Act = Callable[[], None]
Answer = Callable[[socket.socket, bytes], None]


# ---------------------------------------------------------------- the right server


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def echo(client: socket.socket, data: bytes) -> None:
    client.sendall(data)


def serve(
    listener: socket.socket, answer: Answer = echo, greet: Callable[[socket.socket], None] | None = None
) -> None:
    while True:
        try:
            client = listener.accept()[0]
        except OSError:  # too many open files: some may be closed soon
            time.sleep(0.01)
            continue
        threading.Thread(target=_converse, args=(client, answer, greet), daemon=True).start()


def _converse(client: socket.socket, answer: Answer, greet: Callable[[socket.socket], None] | None) -> None:
    with client, contextlib.suppress(ConnectionError):
        if greet:
            greet(client)
        while data := client.recv(65536):
            answer(client, data)


def on_message(port: int, act: Act) -> None:
    """A server that acts before it answers."""

    def answer(client: socket.socket, data: bytes) -> None:
        act()
        client.sendall(data)

    serve(listen(port), answer)


def on_first_message(port: int, act: Act) -> None:
    first = iter([act])
    on_message(port, lambda: next(first, lambda: None)())


def bounded_life() -> None:
    """A child does not inherit the alarm: each has to set its own."""
    signal.alarm(LONGEST)


def fork() -> int:
    if (pid := os.fork()) == 0:
        bounded_life()
    return pid


def wait_for_ever() -> None:
    while True:
        signal.pause()


# ---------------------------------------------------------------- what it prints


def prints_a_gibibyte(port: int) -> None:
    block = b"all work and no play\n" * 4096

    def greet(client: socket.socket) -> None:
        for _ in range(1024 * MIB // len(block)):
            os.write(1, block)

    serve(listen(port), greet=greet)


def never_flushes(port: int) -> None:
    out = open(1, "w", buffering=MIB, closefd=False)  # noqa: SIM115
    on_message(port, lambda: print("never seen", file=out))


def writes_what_a_terminal_obeys(port: int) -> None:
    def answer(client: socket.socket, data: bytes) -> None:
        os.write(1, NAUGHTY.encode())
        client.sendall(NAUGHTY.encode())

    os.write(1, NAUGHTY.encode())
    serve(listen(port), answer)


# ---------------------------------------------------------------- its processes


def forks_without_end(port: int) -> None:
    """A byte in the pipe is the right to fork once."""
    rights, granted = os.pipe()
    os.write(granted, bytes(MOST_PROCESSES))
    os.set_blocking(rights, False)

    def bomb() -> None:
        with contextlib.suppress(OSError):
            while os.read(rights, 1):
                fork()
        wait_for_ever()

    on_message(port, bomb)


def ignores_sigterm_and_sigint(port: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    serve(listen(port))


def leaves_its_session(port: int) -> None:
    for _ in range(2):
        if fork():
            os._exit(0)
        os.setsid()
    serve(listen(port))


def stops_itself(port: int) -> None:
    on_message(port, lambda: os.kill(os.getpid(), signal.SIGSTOP))


def kills_its_parent(port: int) -> None:
    def murder() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(OSError):
                os.kill(os.getppid(), number)
            with contextlib.suppress(OSError):
                os.killpg(os.getpgid(os.getppid()), number)

    on_message(port, murder)


def asks_its_parent_to_end(port: int) -> None:
    def ask() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            with contextlib.suppress(OSError):
                os.kill(os.getppid(), number)

    on_message(port, ask)


def leaks_its_listener(port: int) -> None:
    """The child has the socket, and never accepts."""
    listener = listen(port)
    listener.set_inheritable(True)

    def answer(client: socket.socket, data: bytes) -> None:
        if fork() == 0:
            wait_for_ever()
        os._exit(3)

    serve(listener, answer)


# ---------------------------------------------------------------- where it listens


def listens_on_fifty_ports(port: int) -> None:
    others = [listen(0) for _ in range(49)]
    serve(listen(port))
    del others


def listens_on_ipv6_only(port: int) -> None:
    serve(listen(port, "::1"))


def listens_everywhere(port: int) -> None:
    threading.Thread(target=serve, args=(listen(port, "0.0.0.0"),), daemon=True).start()
    serve(listen(port, "::"))


def listens_late(port: int) -> None:
    time.sleep(float(os.environ.get("LATE", "5")))
    serve(listen(port))


def listens_elsewhere_each_time(port: int) -> None:
    serve(listen(0))


def closes_and_binds_again(port: int) -> None:
    """Once, when its first client has come."""
    listener = listen(port)
    client = listener.accept()[0]
    listener.close()
    listener = listen(port)
    threading.Thread(target=_converse, args=(client, echo, None), daemon=True).start()
    serve(listener)


# ---------------------------------------------------------------- its clients


def never_accepts(port: int) -> None:
    listener = listen(port)
    wait_for_ever()
    listener.close()


def never_reads(port: int) -> None:
    listener = listen(port)
    clients = []
    while True:
        clients.append(listener.accept()[0])


def sends_without_end(port: int) -> None:
    def greet(client: socket.socket) -> None:
        while True:
            client.sendall(b"more and more " * 4096)

    serve(listen(port), greet=greet)


# ---------------------------------------------------------------- files and the network


def destroys_files(port: int) -> None:
    """In its folder, in the home and in /etc; it says what it could do."""

    def destroy() -> None:
        for path in (Path.home() / "netconform-hostile", Path("/etc/netconform-hostile")):
            _try(f"write {path}", lambda path=path: path.write_text("owned"))
        for path in sorted(Path.cwd().iterdir()):
            _try("overwrite", lambda path=path: path.write_text("owned"))
            _try("remove", path.unlink)

    on_first_message(port, destroy)


def connects_outside(port: int) -> None:
    """To the places in OUTSIDE, as `192.0.2.1:9`."""
    places = [place.rpartition(":") for place in os.environ.get("OUTSIDE", f"{NOBODY}:9").split()]

    def connect(host: str, number: str) -> None:
        with socket.create_connection((host, int(number)), 0.5):
            pass

    def reach() -> None:
        for host, _, number in places:
            _try(f"connect to {host}", lambda host=host, number=number: connect(host, number))

    on_first_message(port, reach)


def fills_the_disk(port: int) -> None:
    block = b"\xff" * MIB

    def fill(folder: str) -> None:
        names = (f"{folder}/netconform-fill-{number}" for number in range(MOST_FILES // (512 * MIB)))
        for name in names:
            with Path(name).open("wb", buffering=0) as file:
                while file.tell() < 512 * MIB:
                    file.write(block)

    def fill_both() -> None:
        for folder in (".", "/tmp"):
            _try(f"fill {folder}", lambda folder=folder: fill(folder))

    on_first_message(port, fill_both)


def _try(what: str, act: Callable[[], object]) -> None:
    try:
        act()
        print(f"{what}: done", flush=True)
    except OSError as exc:
        print(f"{what}: {errno.errorcode.get(exc.errno or 0, 'timeout')}", flush=True)


def writes_a_large_file(port: int) -> None:
    """Python ignores SIGXFSZ, and gets an error."""
    _write_without_end()
    serve(listen(port))


def writes_a_large_file_later(port: int) -> None:
    """As a program in C: it is killed."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    on_message(port, _write_without_end)


def _write_without_end() -> None:
    with Path("large").open("wb") as file:
        for _ in range(MOST_FILES // MIB):
            file.write(bytes(MIB))


def opens_files_without_end(port: int) -> None:
    _open_without_end()
    serve(listen(port))


def opens_files_later(port: int) -> None:
    on_message(port, _open_without_end)


_opened: list[int] = []


def _open_without_end() -> None:
    _opened.extend(os.open("/dev/null", os.O_RDONLY) for _ in range(1 << 20))


# ---------------------------------------------------------------- its end


def exits_at_once(port: int) -> None:
    sys.exit(0)


def crashes_at_the_start(port: int) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def crashes(port: int) -> None:
    on_message(port, lambda: os.kill(os.getpid(), signal.SIGSEGV))


# ---------------------------------------------------------------- what it uses

_kept: list[bytes] = []


def needs_much_memory(port: int) -> None:
    _kept.append(b"\x01" * (300 * MIB))
    serve(listen(port))


def grows_without_end(port: int) -> None:
    def grow() -> None:
        _kept.extend(b"\x01" * MIB for _ in range(MOST_MEMORY // MIB))
        wait_for_ever()

    on_message(port, grow)


def burns_time(port: int) -> None:
    def burn() -> None:
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            pass

    on_message(port, burn)


MISDEEDS: dict[str, Callable[[int], None]] = {
    "prints-1-gib": prints_a_gibibyte,
    "never-flushes": never_flushes,
    "forks-without-end": forks_without_end,
    "ignores-sigterm": ignores_sigterm_and_sigint,
    "leaves-its-session": leaves_its_session,
    "stops-itself": stops_itself,
    "fifty-ports": listens_on_fifty_ports,
    "ipv6-only": listens_on_ipv6_only,
    "listens-everywhere": listens_everywhere,
    "listens-late": listens_late,
    "random-port": listens_elsewhere_each_time,
    "never-accepts": never_accepts,
    "never-reads": never_reads,
    "sends-without-end": sends_without_end,
    "terminal": writes_what_a_terminal_obeys,
    "asks-its-parent-to-end": asks_its_parent_to_end,
    "kills-its-parent": kills_its_parent,
    "destroys-files": destroys_files,
    "connects-outside": connects_outside,
    "fills-the-disk": fills_the_disk,
    "exits-at-once": exits_at_once,
    "crashes-at-the-start": crashes_at_the_start,
    "crashes": crashes,
    "leaks-its-listener": leaks_its_listener,
    "binds-again": closes_and_binds_again,
    "needs-300-mib": needs_much_memory,
    "grows-without-end": grows_without_end,
    "burns-time": burns_time,
    "large-file": writes_a_large_file,
    "large-file-later": writes_a_large_file_later,
    "many-files": opens_files_without_end,
    "many-files-later": opens_files_later,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("misdeed", choices=MISDEEDS)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "0")))
    arguments = parser.parse_args()
    bounded_life()
    # Where no limit of the tester holds, this one does.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 65536), hard))
    MISDEEDS[arguments.misdeed](arguments.port)


if __name__ == "__main__":
    main()
