"""Instances in boxes: a network, processes and a user of their own, and nothing of them is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from ordinary_user import play_as_ordinary_user
from target_servers import (
    ASKED,
    ECHO,
    PATIENCE,
    THREADED,
    WAIT,
    ask,
    await_gone,
    exchange,
    is_alive,
    kill,
    target,
)

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.errors import EnvironmentFault, NotTestable, TargetError
from pytest_netconform.target import Instance, Rung, Target
from pytest_netconform.target.box import STOCK
from pytest_netconform.target.procnet import ProcTable
from pytest_netconform.target.sockdiag import NetlinkTable
from pytest_netconform.target.vitals import line_of

Boxed = Callable[..., Target]


@pytest.fixture
def boxed(each_box: Rung) -> Boxed:
    """A target that runs this source in a box."""
    return partial(target, rung=each_box)


def on_port(port: int, host: str = "127.0.0.1") -> str:
    """A server that insists on its port."""
    family = ", family=socket.AF_INET6" if ":" in host else ""
    return (
        f"import socket, threading\nlistener = socket.create_server(('{host}', {port}){family})\n"
        "listener.listen(5)\n" + ECHO
    )


def said(instance: Instance, line: str) -> None:
    instance.log.wait_for(line, Deadline(PATIENCE))


# ---------------------------------------------------------------- a network of its own


def test_two_servers_with_one_hard_coded_port_run_at_the_same_time(boxed: Boxed, tmp_path: Path) -> None:
    """Also while somebody outside has that port."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        server = boxed(tmp_path, on_port(port))
        first, second = server.start(), server.start()
        assert (first.port, second.port) == (port, port)
        assert not first.excludes_others
        assert exchange(first) == b"hello"
        first.stop()
        assert exchange(second) == b"hello"
        second.stop()


def test_a_port_below_1024_is_free_for_anybody(each_box: Rung, boxed: Boxed, tmp_path: Path) -> None:
    if each_box == "bubblewrap" and os.getuid() != 0:
        pytest.skip("bwrap gives an ordinary user no right over the network")
    instance = boxed(tmp_path, on_port(7)).start()
    assert (instance.port, exchange(instance)) == (7, b"hello")
    instance.stop()


def test_a_server_on_the_loopback_of_ipv6(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, on_port(7788, "::1")).start()
    assert (instance.host, exchange(instance)) == ("::1", b"hello")
    instance.stop()


UDP = """
import os, socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(os.environ["PORT"])))
while True:
    server.sendto(*server.recvfrom(65536))
"""


def test_a_server_for_datagrams(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, UDP).start()
    assert (instance.transport, instance.takes_port) == ("udp", True)
    with instance.socket(socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(instance.address())
        client.send(b"hello")
        assert client.recv(1024) == b"hello"
    instance.stop()


DIALS = """
import socket
for family, address in ((socket.AF_INET, ("127.0.0.1", {port})), (socket.AF_INET, ("192.0.2.1", 80))):
    with socket.socket(family) as client:
        client.settimeout(1)
        print("dialled", client.connect_ex(address), flush=True)
"""


def test_nobody_outside_can_be_reached(boxed: Boxed, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        instance = boxed(tmp_path, DIALS.format(port=outside.getsockname()[1]) + THREADED).start()
        outside.settimeout(0)
        with pytest.raises(BlockingIOError):
            outside.accept()
    instance.log.wait_for("dialled", Deadline(PATIENCE), times=2)
    refused, unreachable = 111, 101
    assert instance.log.tail()[:2] == [f"dialled {refused}", f"dialled {unreachable}"]
    instance.stop()


@pytest.mark.parametrize("family", ["AF_INET", "AF_UNSPEC"])
def test_addresses_are_found_by_programs_that_ask_for_usable_ones_only(
    each_box: Rung, boxed: Boxed, tmp_path: Path, family: str
) -> None:
    if each_box == "bubblewrap":
        pytest.skip("bwrap gives nobody the right to add the addresses that it takes")
    instance = boxed(tmp_path, ASKED).start()
    for name in ("localhost", "127.0.0.1"):
        question = f"socket.getaddrinfo({name!r}, 80, socket.{family}, 1, 0, socket.AI_ADDRCONFIG)[0][4][0]"
        assert ask(instance, question) in ("127.0.0.1", "::1")
    question = "socket.getaddrinfo('::1', 80, 0, 1, 0, socket.AI_ADDRCONFIG)[0][4][0]"
    assert ask(instance, question) == "::1"
    instance.stop()


def test_more_sockets_than_are_asked_for_at_once(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, THREADED).start()
    clients = [instance.socket() for _ in range(3 * STOCK)]
    assert len({client.fileno() for client in clients}) == 3 * STOCK
    for client in clients:
        client.connect(instance.address())
        client.close()
    instance.stop()


@pytest.mark.parametrize("module", [NetlinkTable, ProcTable])
def test_the_connections_in_a_box_are_seen(
    boxed: Boxed, module: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By netlink, and where the kernel refuses that, by /proc."""
    if module is ProcTable:
        monkeypatch.setattr(NetlinkTable, "_ask", refuse)
    instance = boxed(tmp_path, on_port(7788)).start()
    assert type(instance._table) is module
    assert instance.listening()
    with instance.socket() as client:
        client.connect(instance.address())
        client.sendall(b"hello")
        assert client.recv(5) == b"hello"
        seen = instance.connection(client.getsockname()[1])
        assert seen is not None
        assert (seen.state, seen.receive_queue, seen.owned) == ("ESTABLISHED", 0, True)
        assert instance.vitals().connections == 1
    instance.stop()


def refuse(*_: object) -> None:
    raise PermissionError


# ---------------------------------------------------------------- once more

CARELESS = THREADED.replace(
    'socket.create_server(("127.0.0.1", int(os.environ["PORT"])))',
    'socket.socket(); listener.bind(("127.0.0.1", int(os.environ["PORT"]))); listener.listen()',
)


def killed_with_a_client(instance: Instance) -> None:
    with instance.socket() as client:
        client.connect(instance.address())
        client.sendall(b"hello")
        assert client.recv(5) == b"hello"
        instance.kill(Deadline(PATIENCE))
        assert client.recv(1) == b""
    poll(instance.in_time_wait, Deadline(PATIENCE), "TIME_WAIT")


def test_a_server_is_started_again_in_the_network_of_the_first(boxed: Boxed, tmp_path: Path) -> None:
    first = boxed(tmp_path, THREADED).start()
    killed_with_a_client(first)
    second = first.restart()
    assert second.port == first.port
    assert exchange(second) == b"hello"
    assert first.in_time_wait()
    second.stop()
    first.stop()


def test_time_wait_keeps_a_careless_server_from_its_port(boxed: Boxed, tmp_path: Path) -> None:
    first = boxed(tmp_path, CARELESS).start()
    killed_with_a_client(first)
    with pytest.raises(NotTestable, match="before it listened"):
        first.restart()
    first.stop()
    other = first.target.start()
    assert exchange(other) == b"hello"
    other.stop()


def test_a_second_copy_meets_the_first_on_its_port(boxed: Boxed, tmp_path: Path) -> None:
    first = boxed(tmp_path, on_port(7788)).start()
    copy = first.second_copy(Deadline(PATIENCE))
    assert copy.exit is not None
    assert "Address already in use" in copy.printed[-1]
    assert exchange(first) == b"hello"
    first.stop()


def test_a_second_copy_that_shares_the_port(boxed: Boxed, tmp_path: Path) -> None:
    shares = THREADED.replace('os.environ["PORT"])))', 'os.environ["PORT"])), reuse_port=True)')
    first = boxed(tmp_path, shares).start()
    copy = first.second_copy(Deadline(PATIENCE))
    first.stop()
    assert (copy.exit, copy.ports) == (None, {first.port})


# ---------------------------------------------------------------- processes of its own

FORKS = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("pids", sorted(int(name) for name in os.listdir("/proc") if name.isdigit()), flush=True)
        while True: signal.pause()
    os._exit(0)
os.wait()
"""


def test_it_sees_its_own_processes_only(boxed: Boxed, tmp_path: Path) -> None:
    """PID 1, the server and the daemon, whose parent has perhaps not yet been collected."""
    instance = boxed(tmp_path, FORKS + THREADED).start()
    said(instance, "pids")
    seen = next(line for line in instance.log.tail() if line.startswith("pids"))
    assert seen in ("pids [1, 2, 4]", "pids [1, 2, 3, 4]")
    assert instance.pid in instance.pids()
    assert os.getpgid(instance.pid) == instance.pid
    instance.stop()


def test_daemons_are_ended_with_it(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, FORKS + THREADED).start()
    said(instance, "pids")
    pids = instance.pids()
    assert len(pids) == 2
    instance.stop()
    assert not any(map(is_alive, pids))


def test_it_is_paused_with_all_of_its_processes(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, FORKS + THREADED).start()
    said(instance, "pids")
    instance.pause()
    assert {
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in instance.pids()
    } == {"T"}
    instance.resume()
    assert exchange(instance) == b"hello"
    instance.stop()


@pytest.mark.parametrize(("ending", "told"), [("sys.exit(3)", "exit status 3"), ("os.abort()", "SIGABRT")])
def test_how_it_ended_is_told(boxed: Boxed, tmp_path: Path, ending: str, told: str) -> None:
    ends = THREADED.replace("client.sendall(data)", ending.replace("sys.exit", "os._exit"))
    instance = boxed(tmp_path, ends).start()
    with instance.socket() as client:
        client.connect(instance.address())
        client.sendall(b"x")
        assert told in str(instance.wait_exit(Deadline(PATIENCE)))
    assert instance.pids() == []
    instance.stop()


def test_a_signal_reaches_the_server(boxed: Boxed, tmp_path: Path) -> None:
    leave = "signal.signal(signal.SIGTERM, lambda *_: os._exit(5))\n"
    instance = boxed(tmp_path, THREADED.replace("listener =", leave + "listener =", 1)).start()
    instance.signal(signal.SIGTERM)
    exit_ = instance.wait_exit(Deadline(PATIENCE))
    assert exit_.status == 5
    instance.stop()


def test_ctrl_c_reaches_the_group(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, THREADED).start()
    instance.signal_group(signal.SIGINT)
    assert "SIGINT" in str(instance.wait_exit(Deadline(PATIENCE)))
    instance.stop()


def test_it_cannot_gain_rights(boxed: Boxed, tmp_path: Path) -> None:
    """Over its namespaces: no mounts, no addresses, no new users' namespaces with which to get them."""
    tries = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print('tries', libc.unshare(0x20000), libc.mount(b'none', b'/tmp', b'tmpfs', 0, None),"
        " libc.sethostname(b'x', 1), libc.setns(os.open('/proc/1/ns/net', 0), 0)"
        " if os.access('/proc/1/ns/net', 4) else -1, flush=True)\n"
    )
    instance = boxed(tmp_path, THREADED.replace("listener =", tries + "listener =", 1)).start()
    said(instance, "tries")
    assert instance.log.tail()[0] == "tries -1 -1 -1 -1"
    instance.stop()


# ---------------------------------------------------------------- the end


def family_of(instance: Instance) -> list[int]:
    """Its processes, PID 1 of its box and the process that has made that, and its guard, which may be the
    same."""
    one, maker, fork_server, tester = line_of(instance.pid)[1:5]
    assert tester == os.getpid()
    guard = instance._tree._guard  # type: ignore[attr-defined]
    assert psutil.Process(guard).ppid() == fork_server
    return [*instance.pids(), one, *{maker, guard} - {guard}, guard]


def test_stopping_leaves_nothing(boxed: Boxed, tmp_path: Path) -> None:
    boxed(tmp_path, THREADED).start().stop()  # from the first on there is a fork server
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    instance = boxed(tmp_path, FORKS + THREADED).start()
    family = family_of(instance)
    exchange(instance)
    instance.stop()
    assert not any(map(is_alive, family))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_guard_that_dies_takes_everything_with_it(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, FORKS + THREADED).start()
    said(instance, "pids")
    instance.socket().close()
    family = family_of(instance)
    kill(family[-1])
    await_gone(family)
    with pytest.raises(EnvironmentFault, match="the guard process of a server has ended unexpectedly"):
        instance.exited()
    for _ in range(STOCK - 1):
        instance.socket().close()
    with pytest.raises(EnvironmentFault, match="of the box"):
        instance.socket()
    instance.stop()


def test_a_pid_1_that_dies_takes_the_server_with_it(boxed: Boxed, tmp_path: Path) -> None:
    instance = boxed(tmp_path, FORKS + THREADED).start()
    family = family_of(instance)
    kill(line_of(instance.pid)[1])
    assert "SIGKILL" in str(instance.wait_exit(Deadline(PATIENCE)))
    instance.stop()
    await_gone(family)


def test_a_tester_that_dies_takes_everything_with_it(boxed: Boxed, tmp_path: Path) -> None:
    command = boxed(tmp_path, FORKS + THREADED).command
    source = (
        "import sys\nfrom pytest_netconform.target import Target\n"
        "instance = Target('x', sys.argv[1], rung='box').start()\n"
        "print(*instance.pids(), flush=True)\nsys.stdin.read()\n"
    )
    tester = subprocess.Popen(
        [sys.executable, "-c", source, command],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with tester:
        assert tester.stdout is not None
        assert tester.stdout.readline().split()
        family = [process.pid for process in psutil.Process(tester.pid).children(recursive=True)]
        assert len(family) >= 4
        tester.kill()
    await_gone(family)


def test_a_server_that_does_not_listen_is_explained(boxed: Boxed, tmp_path: Path) -> None:
    with pytest.raises(NotTestable) as caught:
        boxed(tmp_path, "def main():\n    raise ValueError('bad port')\nmain()\n").start()
    assert str(caught.value) == "the server ended with exit status 1 before it listened on a port"
    assert caught.value.explanation[0] == "cause: ValueError: bad port (server.py:2)"


def test_a_program_that_cannot_be_run_is_explained(each_box: Rung, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("echo hello\n")
    (tmp_path / "run").chmod(0o755)
    with pytest.raises(NotTestable) as caught:
        Target("x", "./run", cwd=tmp_path, rung=each_box).start()
    assert str(caught.value) == "the system cannot run ./run: it is no program for this machine"


def test_a_server_that_never_listens_is_explained(boxed: Boxed, tmp_path: Path) -> None:
    with pytest.raises(NotTestable, match="listen"):
        boxed(tmp_path, WAIT, start_timeout=0.2).start()


def test_a_box_is_the_same_for_an_ordinary_user() -> None:
    printed = play_as_ordinary_user(__file__, "-k", "not ordinary_user")
    assert " passed" in printed
    assert "no box here" not in printed


@pytest.mark.parametrize(
    ("does", "sentence", "remedy"),
    [
        (
            "import socket; socket.create_connection(('127.0.0.1', 6379))",
            "reaches nothing",
            "--sandbox process",
        ),
        ("open('/etc/a.log', 'w')", "write to its own folder and to /tmp", "--sandbox process"),
        ("open({private!r})", "hidden from it", "--sandbox-show {private}"),
    ],
)
def test_what_it_misses_is_told(
    each_box: Rung, does: str, sentence: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, own = tmp_path / "home", tmp_path / "own"
    home.mkdir()
    own.mkdir()
    private = home / "notes"
    private.write_text("secret", "utf-8")
    monkeypatch.setenv("HOME", str(home))
    (own / "srv.py").write_text(does.format(private=str(private)), "utf-8")
    with pytest.raises(TargetError) as caught:
        Target("srv", f"{sys.executable} srv.py", cwd=own, rung=each_box).start()
    told = "\n".join(caught.value.explanation)
    assert sentence in told
    assert f"try: {remedy.format(private=private)}" in told
