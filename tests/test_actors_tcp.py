"""The TCP client, on real servers."""

from __future__ import annotations

import errno
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import script

from pytest_netconform.actors.client import ConnectionEnded, Refused
from pytest_netconform.actors.tcp import TcpActor
from pytest_netconform.deadline import Deadline, DeadlineMissed
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import Instance, Target

Notes = list[tuple[str, str, int]]


class Scene:
    """A server with this body, and clients for it."""

    def __init__(self, tmp_path: Path, body: str) -> None:
        command = shlex.join([sys.executable, str(script(tmp_path / "srv.py", body))])
        self.instance: Instance = Target("srv", command).start()
        self.notes: Notes = []
        self.actors: list[TcpActor] = []

    def client(self, name: str = "alice", receive_buffer: int | None = None) -> TcpActor:
        note = lambda actor, what, data: self.notes.append((actor, what, len(data)))  # noqa: E731
        actor = TcpActor(name, self.instance, note)
        self.actors.append(actor)
        actor.connect(Deadline(10), receive_buffer)
        return actor


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """By default an echo server; a parameter is another body."""
    scene = Scene(tmp_path, getattr(request, "param", "conn.sendall(data)"))
    yield scene
    for actor in scene.actors:
        actor.close()
    scene.instance.stop()


def body(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scene", [text], indirect=True)


def test_what_is_sent_comes_back(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"hello")
    assert alice.read_exactly(5) == b"hello"
    assert [(actor, what) for actor, what, _ in scene.notes] == [
        ("alice", "connects"),
        ("alice", "sends"),
        ("alice", "receives"),
    ]


def test_more_than_all_buffers_hold_is_sent_without_a_deadlock(scene: Scene) -> None:
    """The echo server stops reading while nobody takes what it sends."""
    alice = scene.client()
    data = b"0123456789abcdef" * (1 << 20)
    alice.send(data, Deadline(60))
    assert alice.read_exactly(len(data), Deadline(60)) == data


def test_a_stalled_client_fills_the_buffers_and_loses_nothing(scene: Scene) -> None:
    alice = scene.client(receive_buffer=16 * 1024)
    data = b"0123456789abcdef" * (1 << 20)
    alice.stalled = True
    alice.send(data, Deadline(60))
    assert 0 < len(alice.pending) < len(data)
    assert alice.received == b""
    alice.resume(Deadline(60))
    assert alice.read_exactly(len(data), Deadline(60)) == data


def test_consumed_means_that_the_server_has_read_it(scene: Scene) -> None:
    alice = scene.client()
    scene.instance.pause()
    alice.send(b"hello")
    with pytest.raises(DeadlineMissed, match="to read what it was sent"):
        alice.await_consumed(Deadline(0.05))
    scene.instance.resume()
    alice.await_consumed(Deadline(10))


@body("break")
def test_an_orderly_end_is_fin(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"x")
    assert alice.read_to_end() == "fin"


@body("conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0])); break")
def test_an_abort_is_a_reset(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"x")
    assert alice.read_to_end() == "reset"
    with pytest.raises(ConnectionEnded, match="connection reset"):
        alice.send(b"more")


def test_reading_what_never_comes_misses_the_deadline(scene: Scene) -> None:
    with pytest.raises(DeadlineMissed, match="3 bytes"):
        scene.client().read_exactly(3, Deadline(0.05))


def test_a_reset_reaches_the_server(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"x")
    alice.read_exactly(1)
    port = alice.local_port
    alice.reset()
    assert scene.instance.connection(port) is None
    assert not alice.open


def test_connecting_is_paced_by_the_accept_queue(scene: Scene) -> None:
    """A server that does not accept is never overrun into a SYN retry: the client waits before it."""
    scene.instance.pause()
    queue = scene.instance.accept_queue()
    assert queue is not None
    for i in range(queue.limit + 1):
        scene.client(f"crowd[{i}]")
    late = TcpActor("late", scene.instance, lambda *_: None)
    with pytest.raises(DeadlineMissed, match="to accept the clients before this one"):
        late.connect(Deadline(0.05))
    scene.instance.resume()
    late.connect(Deadline(10))
    late.close()


def test_a_server_that_is_gone_refuses(scene: Scene) -> None:
    scene.instance.signal(signal.SIGKILL)
    scene.instance.wait_exit(Deadline(10))
    with pytest.raises(Refused, match="Connection refused"):
        scene.client()


def test_what_this_machine_lacks_is_not_the_servers_fault(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Exhausted(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError(errno.EADDRNOTAVAIL, "no ports are left")

    monkeypatch.setattr(scene.instance, "socket", lambda: Exhausted())
    with pytest.raises(EnvironmentFault, match="Cannot assign requested address"):
        scene.client()


@body("conn.close(); break")
def test_a_client_leaves_no_time_wait_on_the_servers_port(scene: Scene) -> None:
    """The server closes first: an ordinary close of ours would leave TIME_WAIT on its side."""
    alice = scene.client()
    alice.send(b"x")
    alice.read_to_end()
    port = alice.local_port
    alice.close()
    assert scene.instance.connection(port) is None
