"""Small servers that tests start, as text of a Python script."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_netconform.target.toolchain import ProgramMissing, command_line

ECHO = """
import os, socket, threading
def first_time(mark):
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False
seen = []
def serve(conn):
    with conn:
        try:
            while data := conn.recv(1024):
                {body}
        except OSError:
            pass
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


UDP_ECHO = """
import os, socket
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", int(os.environ["PORT"])))
seen = []
while True:
    data, address = udp.recvfrom(65535)
    {body}
"""


def udp_script(path: Path, body: str = "udp.sendto(data, address)") -> Path:
    """A right UDP server, but for what `body` does with a datagram."""
    path.write_text(UDP_ECHO.format(body=body), encoding="utf-8")
    return path


def script(path: Path, body: str = "conn.sendall(data)") -> Path:
    """A right threaded server, but for what `body` does with received data.

    `first_time(path)` is true once, over all instances that share the path."""
    path.write_text(ECHO.format(body=body), encoding="utf-8")
    return path


def skip_without_toolchain(source: Path) -> None:
    """Skip the test where the reference server's compiler or interpreter is not installed."""
    try:
        command_line(source)
    except ProgramMissing as exc:
        pytest.skip(f"{exc}; {exc.explanation[0]}")
