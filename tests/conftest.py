"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_netconform.target.ports import lock_free_port

pytest_plugins = ["pytester"]


@pytest.fixture
def hard_coded_port() -> Iterator[int]:
    """A port to write into a server's source: nobody else's while the test runs."""
    lock = lock_free_port()
    yield lock.port
    lock.release()
