from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import ports
from pytest_netconform.target.ports import ephemeral_range, lock_free_port


def test_the_port_is_one_that_no_outgoing_connection_gets() -> None:
    lock = lock_free_port()
    assert lock.port not in ephemeral_range()
    with socket.create_server(("127.0.0.1", lock.port)):
        pass
    lock.release()


def test_a_locked_port_is_not_chosen_again_until_it_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    first = lock_free_port()
    monkeypatch.setattr(ports, "WANTED", range(first.port, first.port + 1))
    with pytest.raises(EnvironmentFault, match="no free port is left"):
        lock_free_port()
    first.release()
    again = lock_free_port()
    assert again.port == first.port
    again.release()


def test_another_process_has_a_port_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = (
        "from pytest_netconform.target.ports import lock_free_port\n"
        "lock = lock_free_port()\n"
        "print(lock.port, flush=True)\n"
        "input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        monkeypatch.setattr(ports, "WANTED", range(port, port + 1))
        with pytest.raises(EnvironmentFault):
            lock_free_port()
        process.communicate("\n")


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_that_somebody_has_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, family: socket.AddressFamily, host: str
) -> None:
    lock = lock_free_port()
    lock.release()
    monkeypatch.setattr(ports, "WANTED", range(lock.port, lock.port + 1))
    with socket.socket(family) as other:
        other.bind((host, lock.port))
        with pytest.raises(EnvironmentFault):
            lock_free_port()


def test_an_unknown_ephemeral_range_is_taken_as_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", refuse)
    assert ephemeral_range() == range(32768, 61000)
