from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from target_servers import PATIENCE

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.target.procnet import ProcTable, owner_of
from pytest_netconform.target.psutilnet import PsutilTable
from pytest_netconform.target.sockdiag import NetlinkTable
from pytest_netconform.target.sockets import AcceptQueue, Connection, Endpoint, SocketTable, open_table


def ourselves() -> list[int]:
    return [os.getpid()]


@pytest.fixture(params=[NetlinkTable, ProcTable, PsutilTable])
def table(request: pytest.FixtureRequest) -> Iterator[SocketTable]:
    made = request.param()
    yield made
    made.close()


@pytest.fixture(params=["127.0.0.1", "::1", "dual"])
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    if request.param == "dual":
        made = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=7)
    else:
        family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
        made = socket.create_server((request.param, 0), family=family, backlog=7)
    with made:
        yield made


def endpoint(listener: socket.socket) -> Endpoint:
    """Where a client connects to."""
    host, port = listener.getsockname()[:2]
    host = "127.0.0.1" if host == "::" else host
    return Endpoint(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port, "LISTEN")


def test_netlink_is_chosen_where_it_works() -> None:
    table = open_table()
    assert isinstance(table, NetlinkTable)
    table.close()


def test_without_netlink_proc_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: NetlinkTable, box: None) -> None:
        raise PermissionError

    monkeypatch.setattr(NetlinkTable, "__init__", refuse)
    assert isinstance(open_table(), ProcTable)


def test_sockets_of_these_processes_that_listen_are_found(
    table: SocketTable, listener: socket.socket
) -> None:
    host, port = listener.getsockname()[:2]
    with socket.socket() as not_listening:
        not_listening.bind(("127.0.0.1", 0))
        (found,) = (row for row in table.listening(ourselves) if row.port == port)
        assert not_listening.getsockname()[1] not in [row.port for row in table.listening(ourselves)]
    assert (found.host, found.state, found.family) == (host, "LISTEN", listener.family)
    assert not found.v6only or host == "::1"
    assert not [row for row in table.listening(lambda: [1]) if row.port == port]


def test_processes_are_not_looked_at_while_nobody_new_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as older:
        table = NetlinkTable()
        table._strangers |= {row.inode for row in table.rows("tcp", 1 << 10)}

        def must_not_be_asked() -> list[int]:
            raise AssertionError

        assert table.listening(must_not_be_asked) == []
        assert older.fileno()
        table.close()


def test_netlink_tells_a_listener_that_takes_ipv6_only() -> None:
    table = NetlinkTable()
    with socket.create_server(("", 0), family=socket.AF_INET6) as listener:
        (found,) = (row for row in table.listening(ourselves) if row.port == listener.getsockname()[1])
        assert found == Endpoint(socket.AF_INET6, "::", found.port, "LISTEN", found.inode, v6only=True)
        assert str(found) == f"[::]:{found.port}"
    table.close()


def test_udp_sockets_of_these_processes_are_found(table: SocketTable) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        port = udp.getsockname()[1]
        assert f"127.0.0.1:{port}" in map(str, table.udp(ourselves))
        assert f"127.0.0.1:{port}" not in map(str, table.udp(lambda: [1]))


@pytest.mark.parametrize("kind", [NetlinkTable, ProcTable])
def test_the_servers_end_of_a_connection_is_followed(
    kind: type[SocketTable], listener: socket.socket
) -> None:
    table, server = kind(), endpoint(listener)
    exact = kind is NetlinkTable

    def seen() -> Connection | None:
        return table.connection(server, client.getsockname()[1])

    with socket.socket(server.family) as client:
        client.connect((server.host, server.port))
        client.sendall(b"abc")
        assert seen() == Connection("ESTABLISHED", 3, 3 if exact else None, owned=False)
        accepted = listener.accept()[0]
        assert seen() == Connection("ESTABLISHED", 3, 3 if exact else None, owned=True)
        assert accepted.recv(2) == b"ab"
        assert seen() == Connection("ESTABLISHED", 1, 3 if exact else None, owned=True)
        client.shutdown(socket.SHUT_WR)
        assert seen() == Connection("CLOSE_WAIT", 2, 4 if exact else None, owned=True)
        assert table.connection(server, 1) is None
        assert accepted.recv(9) == b"c"
        assert accepted.recv(9) == b""
        accepted.close()
        assert poll(lambda: seen() is None, Deadline(PATIENCE), "the connection to be gone")
    table.close()


def test_a_connection_counts_as_accepted_until_and_after_the_server_closes_it() -> None:
    assert not Connection("ESTABLISHED", 0, 0, owned=False).accepted
    assert Connection("ESTABLISHED", 0, 0, owned=True).accepted
    assert Connection("FIN_WAIT2", 0, 0, owned=False).accepted


def test_netlink_tells_the_length_of_the_accept_queue(listener: socket.socket) -> None:
    table, server = NetlinkTable(), endpoint(listener)
    assert table.accept_queue(server) == AcceptQueue(0, 7)
    with socket.socket(server.family) as client:
        client.connect((server.host, server.port))
        assert table.accept_queue(server) == AcceptQueue(1, 7)
    listener.close()
    assert table.accept_queue(server) is None
    table.close()


@pytest.mark.parametrize("kind", [NetlinkTable, ProcTable])
def test_every_socket_on_a_port_is_found_with_its_owner(kind: type[SocketTable]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        table = kind()
        (found,) = table.on_port(listener.getsockname()[1])
        assert (str(found), found.state) == ("{}:{}".format(*listener.getsockname()), "LISTEN")
        assert owner_of({found.inode}) == os.getpid()
    assert table.on_port(found.port) == []
    assert owner_of({found.inode}) is None
    table.close()
