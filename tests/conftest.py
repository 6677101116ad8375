"""What all tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from boxes import skip_without

from pytest_netconform.target import BOXED, Rung
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
    skip_without("box")


@pytest.fixture(params=BOXED)
def each_box(request: pytest.FixtureRequest) -> Rung:
    """Each kind of box, one after the other; skips where this machine does not allow it."""
    rung: Rung = request.param
    skip_without(rung)
    return rung


@pytest.fixture
def bubblewrap() -> None:
    """Skips the test where there is no box by bwrap."""
    skip_without("bubblewrap")
