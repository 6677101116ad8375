"""A second copy of a server: after its end on the same port, and beside it; and TIME_WAIT that is cleared."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest
from target_servers import PATIENCE, THREADED, WAIT, exchange, target

from pytest_netconform.deadline import Deadline, DeadlineMissed, poll
from pytest_netconform.errors import NotTestable
from pytest_netconform.target import Instance
from pytest_netconform.target.ports import lock_free_port
from pytest_netconform.target.sockets import open_table
from pytest_netconform.target.timewait import clear

CARELESS = THREADED.replace(
    'socket.create_server(("127.0.0.1", int(os.environ["PORT"])))',
    'socket.socket(); listener.bind(("127.0.0.1", int(os.environ["PORT"]))); listener.listen()',
)


def killed_with_a_client(instance: Instance) -> None:
    """Its connection is in TIME_WAIT on the server's side, and nobody else has had the client's port."""
    with contextlib.closing(instance.socket()) as client:
        lock = lock_free_port()
        client.settimeout(PATIENCE)
        client.bind((instance.host, lock.port))
        lock.release()
        client.connect(instance.address())
        client.sendall(b"hello")
        assert client.recv(5) == b"hello"
        instance.kill(Deadline(PATIENCE))
        assert client.recv(1) == b""
    poll(instance.in_time_wait, Deadline(PATIENCE), "TIME_WAIT")


def test_a_server_is_started_again_on_its_port(tmp_path: Path) -> None:
    first = target(tmp_path, THREADED).start()
    killed_with_a_client(first)
    second = first.restart()
    assert second.port == first.port
    assert exchange(second) == b"hello"
    second.stop()
    first.stop()


def test_time_wait_keeps_a_careless_server_from_its_port_and_is_cleared_after_it(tmp_path: Path) -> None:
    first = target(tmp_path, CARELESS).start()
    killed_with_a_client(first)
    with pytest.raises(NotTestable, match="before it listened"):
        first.restart()
    assert not first.in_time_wait()
    second = first.restart()
    assert exchange(second) == b"hello"
    second.stop()
    first.stop()


def test_connections_in_time_wait_are_taken_off_a_port(hard_coded_port: int) -> None:
    """The clients' ports are none that a connection of somebody else may have had."""
    locks = [lock_free_port() for _ in range(3)]
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", hard_coded_port))
        listener.listen()
        clients = [
            socket.create_connection(("127.0.0.1", hard_coded_port), source_address=("127.0.0.1", lock.port))
            for lock in locks
        ]
        for _ in clients:
            listener.accept()[0].close()
    for client in clients:
        assert client.recv(1) == b""
        client.close()
    with contextlib.closing(open_table()) as table:
        poll(
            lambda: [row.state for row in table.on_port(hard_coded_port)] == ["TIME_WAIT"] * 3,
            Deadline(PATIENCE),
            "TIME_WAIT",
        )
        clear(table, hard_coded_port)
        assert table.on_port(hard_coded_port) == []
    for lock in locks:
        lock.release()
    with socket.socket() as careless:
        careless.bind(("127.0.0.1", hard_coded_port))


def test_a_port_on_which_somebody_listens_is_left_alone(hard_coded_port: int) -> None:
    with socket.create_server(("127.0.0.1", hard_coded_port)) as listener:
        with socket.create_connection(("127.0.0.1", hard_coded_port)) as client:
            listener.accept()[0].close()
            assert client.recv(1) == b""
        with contextlib.closing(open_table()) as table:
            poll(
                lambda: any(row.state == "TIME_WAIT" for row in table.on_port(hard_coded_port)),
                Deadline(PATIENCE),
                "TIME_WAIT",
            )
            clear(table, hard_coded_port)
            assert any(row.state == "TIME_WAIT" for row in table.on_port(hard_coded_port))


@pytest.mark.parametrize(
    ("source", "status", "prints"),
    [(THREADED, 1, "Address already in use"), (CARELESS, 1, "Address already in use")],
)
def test_a_second_copy_that_finds_its_port_taken(
    tmp_path: Path, source: str, status: int, prints: str
) -> None:
    first = target(tmp_path, source).start()
    copy = first.second_copy(Deadline(PATIENCE))
    first.stop()
    assert copy.exit is not None
    assert copy.exit.status == status
    assert prints in copy.printed[-1]


def test_a_second_copy_that_shares_the_port(tmp_path: Path) -> None:
    shares = THREADED.replace('os.environ["PORT"])))', 'os.environ["PORT"])), reuse_port=True)')
    first = target(tmp_path, shares).start()
    copy = first.second_copy(Deadline(PATIENCE))
    first.stop()
    assert (copy.exit, copy.ports) == (None, {first.port})


def test_a_second_copy_that_neither_ends_nor_listens(tmp_path: Path) -> None:
    waits = (
        "import os, pathlib\nif pathlib.Path('started').exists():" + WAIT.replace("\n", "\n    ") + "\n"
        "pathlib.Path('started').touch()\n" + THREADED
    )
    first = target(tmp_path, waits).start()
    with pytest.raises(DeadlineMissed):
        first.second_copy(Deadline(0.3))
    first.stop()
