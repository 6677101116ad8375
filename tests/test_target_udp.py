"""A server that takes datagrams is found; one that only sends some before it listens is not taken for it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from target_servers import ECHO, LISTEN, PATIENCE, WAIT, target

from pytest_netconform.errors import NotTestable
from pytest_netconform.target import Instance, Target, Transport
from pytest_netconform.target import start as start_module

BOUND = """
import os, socket, time
udp = socket.socket(type=socket.SOCK_DGRAM)
udp.bind(('{host}', {port}))
"""
ANSWER = """
while True:
    data, address = udp.recvfrom(65535)
    udp.sendto(data, address)
"""
TAKES_PORT = BOUND.format(host="127.0.0.1", port="int(os.environ['PORT'])")


def ask(instance: Instance) -> bytes:
    with instance.socket(socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(instance.address())
        client.send(b"hello")
        return client.recv(1024)


def failure(server: Target) -> NotTestable:
    with pytest.raises(NotTestable) as caught:
        server.start()
    return caught.value


@pytest.mark.parametrize("transport", [None, "udp"])
def test_a_server_that_takes_datagrams_on_the_offered_port(
    tmp_path: Path, transport: Transport | None
) -> None:
    instance = target(tmp_path, TAKES_PORT + ANSWER, transport=transport).start()
    assert (instance.transport, instance.takes_port, instance.host) == ("udp", True, "127.0.0.1")
    assert instance.listening()
    assert instance.accept_queue() is None
    assert ask(instance) == b"hello"
    instance.stop()


@pytest.mark.parametrize("host", ["", "127.0.0.1"])
def test_one_that_insists_on_its_port_can_be_started_again_at_once(
    tmp_path: Path, hard_coded_port: int, host: str
) -> None:
    server = target(tmp_path, BOUND.format(host=host, port=hard_coded_port) + ANSWER)
    for _ in range(3):
        instance = server.start()
        assert (instance.transport, instance.port, instance.takes_port) == ("udp", hard_coded_port, False)
        assert ask(instance) == b"hello"
        instance.stop()


def test_one_on_ipv6(tmp_path: Path) -> None:
    source = (
        "import os, socket\n"
        "udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
        "udp.bind(('::1', int(os.environ['PORT'])))\n"
    )
    instance = target(tmp_path, source + ANSWER).start()
    assert (instance.host, instance.family) == ("::1", socket.AF_INET6)
    assert ask(instance) == b"hello"
    instance.stop()


def test_a_busy_server_is_found_in_the_end(tmp_path: Path) -> None:
    source = TAKES_PORT + "while True: pass\n"
    instance = target(tmp_path, source, start_timeout=1.0).start()
    assert instance.transport == "udp"
    instance.stop()


def test_a_server_that_listens_as_well_is_reached_by_tcp_unless_datagrams_are_demanded(
    tmp_path: Path,
) -> None:
    both = TAKES_PORT + LISTEN + ECHO
    found: list[Transport] = []
    for transport in (None, "tcp", "udp"):
        instance = target(tmp_path, both, transport=transport).start()
        found.append(instance.transport)
        instance.stop()
    assert found == ["tcp", "tcp", "udp"]


def test_a_server_that_works_before_it_listens_is_waited_for(tmp_path: Path) -> None:
    """Its bound UDP socket is there all the time; but a tree that runs has not settled."""
    work = "end = time.monotonic() + 0.3\nwhile time.monotonic() < end: pass\n"
    instance = target(tmp_path, TAKES_PORT + work + LISTEN + ECHO).start()
    assert instance.transport == "tcp"
    instance.stop()


@pytest.mark.parametrize(
    "opened",
    [
        "udp.connect(('127.0.0.1', 9))",
        "udp.sendto(b'metric', ('127.0.0.1', 9))",
    ],
)
def test_a_socket_that_only_sends_is_no_server(
    tmp_path: Path, opened: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the server sleeps before it listens."""
    monkeypatch.setattr(start_module, "SETTLED_LOOKS", 1)
    source = (
        f"import socket, time, os\nudp = socket.socket(type=socket.SOCK_DGRAM)\n{opened}\n"
        "open('sent', 'w').close()\n"
        "while not os.path.exists('go'): time.sleep(0.05)\n"
    )
    server = target(tmp_path, source + LISTEN + ECHO)
    looks: list[int] = []
    real = start_module._Readiness._taking_datagrams

    def counted(readiness: start_module._Readiness, last_look: bool) -> object:
        looks.append((tmp_path / "sent").exists())
        if sum(looks) == 30:
            (tmp_path / "go").touch()
        return real(readiness, last_look)

    monkeypatch.setattr(start_module._Readiness, "_taking_datagrams", counted)
    instance = server.start()
    assert instance.transport == "tcp"
    instance.stop()


def test_a_port_that_the_system_chose_counts_when_the_time_is_up(tmp_path: Path) -> None:
    source = BOUND.format(host="", port=0) + ANSWER
    instance = target(tmp_path, source, start_timeout=1.0).start()
    assert instance.transport == "udp"
    assert ask(instance) == b"hello"
    instance.stop()


def test_a_demanded_port_is_the_only_one_that_counts(tmp_path: Path, hard_coded_port: int) -> None:
    source = BOUND.format(host="127.0.0.1", port=0) + BOUND.format(host="127.0.0.1", port=hard_coded_port)
    instance = target(tmp_path, source + ANSWER, port=hard_coded_port).start()
    assert instance.port == hard_coded_port
    instance.stop()


def test_another_port_than_the_demanded_one_is_told(tmp_path: Path, hard_coded_port: int) -> None:
    server = target(
        tmp_path, BOUND.format(host="127.0.0.1", port=0) + WAIT, port=hard_coded_port, start_timeout=1.0
    )
    error = failure(server)
    assert str(error).startswith("the server listens on UDP 127.0.0.1:")
    assert str(error).endswith(f", not on port {hard_coded_port} as --target-port says")


def test_a_server_that_listens_only_is_told_where_datagrams_are_demanded(tmp_path: Path) -> None:
    error = failure(target(tmp_path, LISTEN + WAIT, transport="udp", start_timeout=1.0))
    assert str(error) == "the server runs, but has bound no UDP port after 1 s"
    assert error.explanation[0].startswith("it listens on TCP 127.0.0.1:")
    assert error.explanation[0].endswith(
        "; a UDP server binds a SOCK_DGRAM socket and does not call listen()"
    )


def test_a_silent_program_is_asked_for_bind(tmp_path: Path) -> None:
    error = failure(target(tmp_path, WAIT, transport="udp", start_timeout=0.5))
    assert error.explanation[0] == (
        "it has printed nothing and opened no socket; is this the server, and does it call bind()?"
    )


def test_a_udp_port_that_another_process_has(tmp_path: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        error = failure(target(tmp_path, BOUND.format(host="127.0.0.1", port=port)))
    assert error.blame == "environment"
    assert error.explanation[1].startswith(f"port {port} is in use by PID {os.getpid()}: ")


def test_an_address_that_is_not_the_loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_module, "for_clients", lambda endpoint: None)
    assert str(failure(target(tmp_path, TAKES_PORT + ANSWER))).endswith("which is no loopback address")
