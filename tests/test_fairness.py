"""Right servers pass on a busy machine, and when each of their replies takes a while."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_netconform.selftest.playing import play_row
from pytest_netconform.selftest.rows import Row, rows

SOURCE = Path(__file__).with_name("slow_replies.c")
BUSY = "while True: pass"
REFERENCES = [
    replace(row, scale=False)
    for row in rows()
    if row.kind == "reference" and not row.args and not row.encoding
]
"""Not with a thousand clients: a server that serves them in one loop would owe them 20 s of delays."""


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


@pytest.fixture(scope="module")
def busy_processors() -> Iterator[None]:
    """A process for each processor that does nothing else than to use it."""
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    yield
    for process in busy:
        process.kill()
        process.wait()


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: row.id)
@pytest.mark.usefixtures("busy_processors")
def test_a_reference_passes_with_slow_replies_on_a_busy_machine(row: Row, slow_replies: Path) -> None:
    outcome = play_row(row, {"LD_PRELOAD": str(slow_replies)})
    if outcome.unavailable:
        pytest.skip(outcome.unavailable)
    assert outcome.problems() == []
