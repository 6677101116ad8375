"""Right servers pass when each of their replies takes a while."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.selftest.playing import play_row
from pytest_netconform.selftest.rows import Row, rows
from pytest_netconform.target import Target, stand

PATIENCE = 20.0
SOURCE = Path(__file__).with_name("slow_replies.c")
REFERENCES = [
    replace(row, scale=False, suites=("tcp-echo", "isolation", "disconnect", "udp-echo"))
    for row in rows()
    if row.kind == "reference" and not row.args and not row.encoding and "socketio" not in row.server
]
"""Not with a thousand clients: a server that serves them in one loop would owe them 20 s of delays.
Nor those for Socket.IO: none of these suites is for them."""


@pytest.fixture(scope="module")
def slow_replies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that delays the replies of the server into which it is preloaded."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("a C compiler and Linux are needed to delay a server's replies")
    built = tmp_path_factory.mktemp("built") / "slow_replies.so"
    words = [compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(SOURCE), "-ldl"]
    subprocess.run(words, check=True)
    return built


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: row.id)
def test_a_reference_passes_when_each_reply_takes_20_ms(row: Row, slow_replies: Path) -> None:
    outcome = play_row(row, {"LD_PRELOAD": str(slow_replies)})
    if outcome.unavailable:
        pytest.skip(outcome.unavailable)
    assert outcome.problems() == []


@pytest.mark.parametrize("name", ["threads", "node-net", "c-epoll", "java-threads"])
def test_each_reply_takes_20_ms(name: str, slow_replies: Path) -> None:
    """By whatever call a language sends it, in a box too."""
    target = Target("server", f"ref:{name}", env={"LD_PRELOAD": str(slow_replies)}, rung=stand("auto").rung)
    try:
        instance = target.start()
    except EnvironmentFault as exc:
        pytest.skip(str(exc))
    try:
        with instance.socket() as client:
            client.settimeout(PATIENCE)
            client.connect(instance.address())
            began = time.monotonic()
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
            assert time.monotonic() - began >= 0.020
    finally:
        instance.stop()
