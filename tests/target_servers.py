"""Small servers, written as scripts, and looks at processes, for the tests of the target's control."""

from __future__ import annotations

import ast
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.target import Instance, Target

PATIENCE = 20.0
"""Seconds until a test gives up; none of them takes that long."""

LISTEN = """
import os, signal, socket, sys, threading, time
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
"""
ECHO = """
def serve(client):
    with client:
        while data := client.recv(1024):
            client.sendall(data)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""
THREADED = LISTEN + ECHO
WAIT = "\nimport signal\nwhile True: signal.pause()\n"


def target(folder: Path, source: str, **options: object) -> Target:
    """A target that runs this Python source."""
    script = folder / "server.py"
    script.write_text(source, encoding="utf-8")
    return Target("server", f"{sys.executable} {script}", cwd=folder, **options)  # type: ignore[arg-type]


def exchange(instance: Instance, data: bytes = b"hello") -> bytes:
    with instance.socket() as client:
        client.settimeout(PATIENCE)
        client.connect(instance.address())
        client.sendall(data)
        return client.recv(1024)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def await_gone(pids: Iterable[int]) -> None:
    poll(lambda: not any(map(is_alive, pids)), Deadline(PATIENCE), f"{list(pids)} to end")


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


ASKED = LISTEN + (
    "def answer(question):\n"
    "    try: return repr(eval(question))\n"
    "    except OSError as exc: return type(exc).__name__\n"
    "while True:\n"
    "    with listener.accept()[0] as client:\n"
    "        client.sendall(answer(client.recv(65536).decode()).encode())\n"
)
"""It evaluates what it is sent."""


def ask(instance: Instance, question: str) -> object:
    """What the question, an expression of Python, means to the server; or the name of its OSError."""
    answer = b""
    with instance.socket() as client:
        client.settimeout(PATIENCE)
        client.connect(instance.address())
        client.sendall(question.encode())
        while data := client.recv(65536):
            answer += data
    text = answer.decode()
    return text if text.isidentifier() and text.endswith("Error") else ast.literal_eval(text)
