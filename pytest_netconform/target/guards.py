"""New guards, forked by one server for each tester process: the tester's side of forkserver.py."""

from __future__ import annotations

import atexit
import marshal
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from ..errors import EnvironmentFault
from . import forkserver

_lock = threading.Lock()


class _ForkServer:
    def __init__(self) -> None:
        """A session of its own keeps Ctrl-C at the terminal away from it, its guards and their targets.
        Raises EnvironmentFault."""
        self.tester = os.getpid()
        self.channel, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = str(Path(forkserver.__file__).parent)
        with its_end:
            number = its_end.fileno()
            try:
                self.process = subprocess.Popen(  # noqa: S603
                    [sys.executable, *forkserver.LAUNCH, folder, str(number)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[number],
                    start_new_session=True,
                )
            except OSError as exc:
                self.channel.close()
                raise EnvironmentFault(f"no process can be started: {exc.strerror}") from exc

    def fork(self, message: bytes, descriptors: list[int]) -> None:
        """Raises OSError when it is gone."""
        socket.send_fds(self.channel, [message], descriptors)

    def end(self) -> None:
        self.channel.close()
        if self.tester == os.getpid():  # a fork of the tester has it too, and may not wait for it
            self.process.wait()


_server: _ForkServer | None = None


def open_guard(descriptors: list[int], remote: bool = False) -> None:
    """Start a guard that has these, see guard.py or remote.py. It says the rest itself. Raises
    EnvironmentFault."""
    _fork(forkserver.REMOTE_GUARD if remote else forkserver.GUARD, descriptors)


def open_program(words: list[str], inherited: int, errors: int) -> None:
    """Start a program that lives as long as this tester at the most: it inherits a descriptor, whose number
    is put behind its words, and writes its errors to another one. Raises EnvironmentFault."""
    _fork(forkserver.PROGRAM + marshal.dumps(words), [inherited, errors])


def _fork(message: bytes, descriptors: list[int]) -> None:
    global _server
    with _lock:
        if _server is not None and _server.tester == os.getpid():
            try:
                _server.fork(message, descriptors)
            except OSError:  # somebody has killed it
                _server.end()
            else:
                return
        _server = _ForkServer()
        _server.fork(message, descriptors)


@atexit.register
def _end() -> None:
    if _server is not None:
        _server.end()
