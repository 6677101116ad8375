"""What all tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import cache

import pytest

from pytest_netconform.target import stand
from pytest_netconform.target.ports import lock_free_port

pytest_plugins = ["pytester"]

# A shell without job control starts what it starts with & so, and all that the tests start would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def hard_coded_port() -> Iterator[int]:
    """A port to write into a server's source: nobody else's while the test runs."""
    lock = lock_free_port()
    yield lock.port
    lock.release()


@pytest.fixture
def box() -> None:
    """Skips the test where this machine allows no box."""
    if refusal := _refusal():
        pytest.skip(f"no box here: {refusal}")


@cache
def _refusal() -> str:
    return stand("auto").why
