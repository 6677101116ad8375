"""The UDP client, on real servers."""

from __future__ import annotations

import errno
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import udp_script

from pytest_netconform.actors.client import Refused
from pytest_netconform.actors.udp import LARGEST, TooLong, UdpActor, heard_from_anybody
from pytest_netconform.deadline import Deadline, DeadlineMissed
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import Instance, Target


class Scene:
    """A server with this body, and clients for it."""

    def __init__(self, tmp_path: Path, body: str) -> None:
        command = shlex.join([sys.executable, str(udp_script(tmp_path / "srv.py", body))])
        self.instance: Instance = Target("srv", command, transport="udp").start()
        self.notes: list[tuple[str, bytes]] = []
        self.actors: list[UdpActor] = []

    def client(self, name: str = "alice") -> UdpActor:
        actor = UdpActor(name, self.instance, lambda _, what, data: self.notes.append((what, data)))
        self.actors.append(actor)
        actor.connect()
        return actor


@pytest.fixture
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """By default an echo server; a parameter is another body."""
    scene = Scene(tmp_path, getattr(request, "param", "udp.sendto(data, address)"))
    yield scene
    for actor in scene.actors:
        actor.close()
    scene.instance.stop()


def body(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scene", [text], indirect=True)


def test_each_datagram_comes_back_whole_and_is_noted(scene: Scene) -> None:
    alice = scene.client()
    for data in (b"one", b"", b"three"):
        alice.send(data)
        assert alice.receive() == data
    alice.close()
    alice.close()
    assert not alice.open
    assert scene.notes == [
        ("opens", b""),
        ("sends", b"one"),
        ("receives", b"one"),
        ("sends", b""),
        ("receives", b""),
        ("sends", b"three"),
        ("receives", b"three"),
        ("leaves", b""),
    ]


def test_the_largest_datagram_and_no_larger_one(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"x" * LARGEST)
    assert alice.receive() == b"x" * LARGEST
    with pytest.raises(TooLong, match="at most 65507 bytes, not 65508"):
        alice.send(b"x" * (LARGEST + 1))


@body("[udp.sendto(data[i:i + 1], address) for i in range(len(data))]")
def test_the_boundaries_of_what_comes_are_kept(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"abc")
    assert alice.receive() == b"a"
    assert [alice.receive() for _ in range(2)] == [b"b", b"c"]
    alice.read_available()
    assert not alice.received


@body("pass")
def test_an_answer_that_does_not_come_misses_the_deadline(scene: Scene) -> None:
    alice = scene.client()
    alice.send(b"hello")
    with pytest.raises(DeadlineMissed, match="a datagram"):
        alice.receive(Deadline(0.05))


def test_a_port_that_nobody_has_is_told(scene: Scene) -> None:
    alice = scene.client()
    scene.instance.signal(signal.SIGKILL)
    scene.instance.wait_exit(Deadline(10))
    alice.send(b"hello")
    with pytest.raises(Refused, match="ICMP port unreachable"):
        alice.receive()
    alice.send(b"hello")
    with pytest.raises(Refused, match="nobody has the port"):
        alice.send(b"again")
    assert ("refused", b"") in scene.notes


def test_what_another_port_sends_is_not_received(scene: Scene) -> None:
    alice = scene.client()
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"hello", ("127.0.0.1", alice.local_port))
    alice.send(b"mine")
    assert alice.receive() == b"mine"


def test_the_source_of_an_answer_is_told(scene: Scene) -> None:
    heard = heard_from_anybody(scene.instance, b"hello", Deadline(10))
    assert heard == (b"hello", scene.instance.address())


@body("other = socket.socket(type=socket.SOCK_DGRAM); other.sendto(data, address)")
def test_an_answer_from_another_port_is_heard_by_who_hears_everybody(scene: Scene) -> None:
    heard = heard_from_anybody(scene.instance, b"hello", Deadline(10))
    assert heard is not None
    assert heard[0] == b"hello"
    assert heard[1] != scene.instance.address()


@body("pass")
def test_nobody_answers(scene: Scene) -> None:
    assert heard_from_anybody(scene.instance, b"hello", Deadline(0.05)) is None


def test_what_this_machine_lacks_is_not_the_servers_fault(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Exhausted(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError(errno.EADDRNOTAVAIL, "no ports are left")

    monkeypatch.setattr(scene.instance, "socket", lambda kind: Exhausted(type=kind))
    with pytest.raises(EnvironmentFault, match="no ports are left"):
        scene.client()
