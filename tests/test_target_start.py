"""Where a server listens is found out; why it does not is said in one sentence."""

from __future__ import annotations

import os
import re
import shutil
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from target_servers import ECHO, LISTEN, PATIENCE, THREADED, WAIT, exchange, target

from pytest_netconform.deadline import Deadline
from pytest_netconform.errors import NotTestable
from pytest_netconform.target import Target, explain
from pytest_netconform.target import start as start_module
from pytest_netconform.target.ports import lock_free_port
from pytest_netconform.target.procnet import ProcTable
from pytest_netconform.target.psutilnet import PsutilTable
from pytest_netconform.target.sockets import Endpoint
from pytest_netconform.target.start import for_clients
from pytest_netconform.target.vitals import Vitals


def failure(started: Target) -> NotTestable:
    with pytest.raises(NotTestable) as caught:
        started.start()
    return caught.value


def listening_on(where: str) -> str:
    return f"import socket\nlistener = socket.create_server({where})\nimport threading\n" + ECHO


# ---------------------------------------------------------------- ready


def test_a_server_that_takes_the_offered_port(tmp_path: Path) -> None:
    instance = target(tmp_path, THREADED).start()
    assert instance.takes_port
    assert (instance.host, instance.family) == ("127.0.0.1", socket.AF_INET)
    assert instance.other_addresses == ()
    assert instance.notes == ()
    assert 0 < instance.ready_seconds < PATIENCE
    assert exchange(instance) == b"hello"
    instance.stop()


def test_a_server_that_gets_the_port_as_an_argument(tmp_path: Path) -> None:
    source = "import os, sys; os.environ['PORT'] = sys.argv[1]\n" + THREADED
    instance = Target("x", f"{target(tmp_path, source).command} {{port}}").start()
    assert instance.takes_port
    instance.stop()


def test_a_server_that_insists_on_its_port(tmp_path: Path, hard_coded_port: int) -> None:
    instance = target(tmp_path, listening_on(f"('', {hard_coded_port})")).start()
    assert (instance.port, instance.takes_port) == (hard_coded_port, False)
    assert exchange(instance) == b"hello"
    instance.stop()


DEBUGGER_FIRST = """
import socket, time
debugger = socket.create_server(("127.0.0.1", 0))
until = time.monotonic() + {}
while time.monotonic() < until: pass
"""


def test_a_port_that_is_open_before_the_offered_one_is_not_mistaken_for_it(tmp_path: Path) -> None:
    instance = target(tmp_path, DEBUGGER_FIRST.format(0.5) + THREADED).start()
    assert instance.takes_port
    assert len(instance.other_addresses) == 1
    assert exchange(instance) == b"hello"
    instance.stop()


def test_nor_is_it_where_the_server_gets_little_of_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_module, "vitals_of", lambda pids: Vitals())
    instance = target(tmp_path, DEBUGGER_FIRST.format(1.5 * start_module.CALM_FOR_CERTAIN) + THREADED).start()
    assert instance.takes_port
    instance.stop()


def test_a_server_that_never_rests_may_have_a_port_of_its_own(tmp_path: Path) -> None:
    busy = "import socket\nlistener = socket.create_server(('127.0.0.1', 0))\nwhile True: pass\n"
    instance = target(tmp_path, busy).start()
    assert not instance.takes_port
    instance.stop()


@pytest.mark.parametrize(
    ("where", "host"),
    [
        ("('', 0)", "127.0.0.1"),
        ("('127.0.0.2', 0)", "127.0.0.2"),
        ("('::1', 0), family=socket.AF_INET6", "::1"),
        ("('::', 0), family=socket.AF_INET6", "::1"),
        ("('::', 0), family=socket.AF_INET6, dualstack_ipv6=True", "127.0.0.1"),
    ],
)
def test_a_client_is_led_to_an_address_that_the_server_has(tmp_path: Path, where: str, host: str) -> None:
    instance = target(tmp_path, listening_on(where)).start()
    assert instance.host == host
    assert exchange(instance) == b"hello"
    instance.stop()


def test_both_listeners_of_one_port_are_one_address(tmp_path: Path) -> None:
    source = (
        LISTEN
        + "other = socket.create_server(('::1', int(os.environ['PORT'])), family=socket.AF_INET6)\n"
        + WAIT
    )
    instance = target(tmp_path, source).start()
    assert instance.host == "127.0.0.1"
    assert instance.other_addresses == ()
    instance.stop()


@pytest.mark.parametrize(
    ("listening", "chosen"),
    [
        (["127.0.0.1:80", "127.0.0.1:20001"], "127.0.0.1:20001"),
        (["10.0.0.1:20001", "127.0.0.1:80"], "127.0.0.1:80"),
        (["[::1]:80", "127.0.0.1:90"], "127.0.0.1:90"),
        (["127.0.0.1:90", "127.0.0.1:80"], "127.0.0.1:80"),
        ([], None),
    ],
)
def test_of_several_addresses_the_best_one_is_chosen(listening: list[str], chosen: str | None) -> None:
    """The offered port is 20001."""
    endpoints = [
        Endpoint(socket.AF_INET6 if "[" in text else socket.AF_INET, host.strip("[]"), int(port), "LISTEN")
        for text in listening
        for host, _, port in [text.rpartition(":")]
    ]
    best = start_module.choose(endpoints, 20001)
    assert (best and str(best)) == chosen


def test_other_addresses_of_the_server_are_told(tmp_path: Path, hard_coded_port: int) -> None:
    source = (
        f"import socket; other = socket.create_server(('127.0.0.1', {hard_coded_port}))\n" + LISTEN + WAIT
    )
    server = target(tmp_path, source, port=unused_port())
    instance = server.start()
    assert instance.other_addresses == (f"127.0.0.1:{hard_coded_port}",)
    assert instance.node(1).address() == instance.address()
    assert instance.node(2).address() == ("127.0.0.1", hard_coded_port)
    with pytest.raises(IndexError):
        instance.node(3)
    instance.stop()


def unused_port() -> int:
    lock = lock_free_port()
    lock.release()
    return lock.port


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_the_inspector_of_node_is_not_the_server(tmp_path: Path) -> None:
    script = tmp_path / "server.js"
    script.write_text("require('net').createServer(c => c.pipe(c)).listen(process.env.PORT)")
    instance = Target("node", f"node --inspect {script}").start()
    assert instance.takes_port
    assert instance.host == "127.0.0.1"
    assert instance.other_addresses in ((), ("127.0.0.1:9229",))
    assert exchange(instance) == b"hello"
    instance.stop()


def test_a_megabyte_of_output_before_listening_does_not_stop_it(tmp_path: Path) -> None:
    instance = target(tmp_path, "print('x' * 1_000_000, flush=True)\n" + THREADED).start()
    assert instance.log.total == 1_000_001
    instance.stop()


@pytest.mark.parametrize("table", [ProcTable, PsutilTable])
def test_without_netlink_it_is_ready_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: type[ProcTable]
) -> None:
    monkeypatch.setattr(start_module, "open_table", table)
    instance = target(tmp_path, THREADED).start()
    assert instance.takes_port
    assert exchange(instance) == b"hello"
    assert instance.accept_queue() is None
    instance.stop()


@pytest.mark.skipif(
    shutil.which("gcc") is None or shutil.which("stdbuf") is None, reason="needs gcc and stdbuf"
)
@pytest.mark.parametrize("flags", ["", "-fsanitize=address"])
def test_a_c_server_prints_each_line_at_once(tmp_path: Path, flags: str) -> None:
    (tmp_path / "server.c").write_text(C_SERVER)
    if os.system(f"cd {tmp_path} && gcc {flags} -o server server.c 2>/dev/null") != 0:
        pytest.skip(f"gcc {flags} does not work here")
    instance = Target("c", "./server", cwd=tmp_path).start()
    instance.log.wait_for("ready", Deadline(PATIENCE))
    instance.stop()


C_SERVER = """
#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    listen(listener, 5);
    printf("ready\\n");
    pause();
}
"""


# ---------------------------------------------------------------- not ready


def test_a_server_that_ends_with_a_traceback(tmp_path: Path) -> None:
    error = failure(target(tmp_path, "def main():\n    raise ValueError('bad port')\nmain()\n"))
    assert str(error) == "the server ended with exit status 1 before it listened on a port"
    assert error.explanation[0] == "cause: ValueError: bad port (server.py:2)"
    assert error.explanation[1] == "srv| Traceback (most recent call last):"
    assert error.explanation[-1] == "srv| ValueError: bad port"


def test_a_server_that_is_killed_by_a_signal(tmp_path: Path) -> None:
    error = failure(target(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    told = "the server was killed by SIGSEGV (invalid memory access) before it listened on a port"
    assert str(error) == told
    assert error.explanation == ("srv| (it printed nothing)",)


def test_a_missing_python_module_is_to_be_installed(tmp_path: Path) -> None:
    error = failure(target(tmp_path, "import no_such_package.part"))
    assert error.explanation[:2] == (
        "cause: ModuleNotFoundError: No module named 'no_such_package' (server.py:1)",
        "try: pip install no_such_package",
    )


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    error = failure(Target("x", f"{sys.executable} missing.py", cwd=tmp_path))
    assert str(error) == "the server ended with exit status 2 before it listened on a port"
    assert error.explanation[0] == f"there is no file {tmp_path}/missing.py"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.parametrize(
    ("name", "advice"),
    [("no-such-module", "try: npm install no-such-module"), ("./no.js", "there is no file ./no.js")],
)
def test_a_missing_node_module(tmp_path: Path, name: str, advice: str) -> None:
    (tmp_path / "server.js").write_text(f"require('{name}')")
    error = failure(Target("x", "node server.js", cwd=tmp_path))
    assert error.explanation[:2] == (f"cause: Error: Cannot find module '{name}'", advice)


def test_a_port_that_another_process_has(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        source = f"import socket\naddress = ('127.0.0.1', {port})\nsocket.socket().bind(address)"
        error = failure(target(tmp_path, source))
    assert error.blame == "environment"
    assert str(error) == "the port that the server wants is taken"
    assert error.explanation[0] == "cause: OSError: [Errno 98] Address already in use (server.py:3)"
    assert error.explanation[1].startswith(f"port {port} is in use by PID {os.getpid()}: ")


class PatienceUntil(Deadline):
    """A start_timeout that has passed when the server has come to a certain point, however slow it was."""

    def __init__(self, reached: Callable[[], bool]) -> None:
        super().__init__(PATIENCE)
        self.reached = reached

    def expired(self) -> bool:
        return self.reached() or super().expired()


def failure_once(
    monkeypatch: pytest.MonkeyPatch, reached: Callable[[], bool], started: Target
) -> NotTestable:
    monkeypatch.setattr(start_module, "Deadline", lambda seconds: PatienceUntil(reached))
    return failure(started)


REACHED = "\nimport os; open('reached', 'w').write(str(os.getpid()) + ' ')\n"


def test_a_port_that_the_target_had_before_is_remembered(tmp_path: Path, hard_coded_port: int) -> None:
    """Nothing in the script or its output names the port."""
    (tmp_path / "settings").write_text(str(hard_coded_port))
    source = (
        "import socket\n"
        "port = int(open('settings').read())\n"
        "listener = socket.socket()\n"
        "listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
        "listener.bind(('127.0.0.1', port))\n"
        "listener.listen()\n"
    )
    server = target(tmp_path, source + WAIT)
    server.start().stop()
    with socket.create_server(("127.0.0.1", hard_coded_port)):
        error = failure(server)
    assert error.explanation[1].startswith(f"port {hard_coded_port} is in use by PID {os.getpid()}: ")


def test_a_server_that_never_listens_and_says_nothing(tmp_path: Path) -> None:
    error = failure(target(tmp_path, WAIT, start_timeout=0.2))
    assert str(error) == (
        "the server runs, but listens on no TCP port, and has bound no UDP port, after 0.2 s"
    )
    assert error.explanation == (
        "it has printed nothing and opened no socket; is this the server, and does it call listen()?",
        "srv| (it printed nothing)",
    )


def test_a_server_that_has_opened_udp_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "import socket\n"
        "udp = socket.socket(type=socket.SOCK_DGRAM)\n"
        "udp.bind(('127.0.0.1', 0))\n"
        "open('port', 'w').write(str(udp.getsockname()[1]))\n"
    )
    server = target(tmp_path, source + REACHED + WAIT, transport="tcp")
    error = failure_once(monkeypatch, (tmp_path / "reached").exists, server)
    port = (tmp_path / "port").read_text()
    assert str(error) == "the server runs, but listens on no TCP port after 10 s"
    assert error.explanation[0] == (
        f"it has opened UDP 127.0.0.1:{port}; a TCP server calls listen() on a SOCK_STREAM socket"
    )


def test_a_server_that_asks_a_question_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = tmp_path / "reached"

    def asks() -> bool:
        written = reached.read_text() if reached.exists() else ""
        return written.endswith(" ") and explain.reads_standard_input(int(written))

    error = failure_once(monkeypatch, asks, target(tmp_path, REACHED + "input('port? ')"))
    assert error.explanation[0] == (
        "it waits for input on its standard input; a server must start without questions"
    )


def test_a_server_elsewhere_than_its_user_says(
    tmp_path: Path, hard_coded_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = "import socket; listener = socket.create_server(('127.0.0.1', 0))\n"
    server = target(tmp_path, elsewhere + REACHED + WAIT, port=hard_coded_port)
    error = failure_once(monkeypatch, (tmp_path / "reached").exists, server)
    assert str(error).startswith("the server listens on 127.0.0.1:")
    assert str(error).endswith(f", not on port {hard_coded_port} as --target-port says")


def test_a_server_on_an_address_that_is_not_the_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_module, "for_clients", lambda endpoint: None)
    error = failure(target(tmp_path, THREADED))
    assert str(error).startswith("the server listens on 127.0.0.1:2")
    assert str(error).endswith(" only, which is no loopback address")
    assert error.explanation[0] == "try: bind to 127.0.0.1, or to '' (0.0.0.0) for all addresses"


@pytest.mark.parametrize(
    ("host", "v6only", "expected"),
    [
        ("192.168.1.102", False, None),
        ("fe80::1", False, None),
        ("0.0.0.0", False, "127.0.0.1"),
        ("::", False, "127.0.0.1"),
        ("::", True, "::1"),
        ("::1", False, "::1"),
        ("::ffff:127.0.0.1", False, "127.0.0.1"),
        ("::ffff:10.0.0.1", False, None),
    ],
)
def test_only_the_loopback_is_for_clients(host: str, v6only: bool, expected: str | None) -> None:
    found = for_clients(Endpoint(socket.AF_INET6, host, 7788, "LISTEN", 1, v6only))
    assert (found and found.host) == expected


def test_a_program_without_interpreter(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("echo hello\n")
    (tmp_path / "run").chmod(0o755)
    error = failure(Target("x", "./run", cwd=tmp_path))
    assert str(error) == "the system cannot run ./run: it is no program for this machine"
    assert error.explanation == ("a script needs a first line that names its interpreter, such as #!/bin/sh",)


def test_a_program_with_an_interpreter_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("#!/usr/bin/pythno\n")
    (tmp_path / "run").chmod(0o755)
    error = failure(Target("x", "./run", cwd=tmp_path))
    assert (
        str(error) == "the interpreter '/usr/bin/pythno', which the first line of ./run names, is not there"
    )


def test_hostile_output_is_shown_harmlessly(tmp_path: Path) -> None:
    error = failure(target(tmp_path, "print('\\x1b[2J::notice')"))
    assert error.explanation[-1] == r"srv| \x1b[2J::notice"


# ---------------------------------------------------------------- TIME_WAIT

KEPT = "connections of an earlier run keep it for a minute (TIME_WAIT)"
WITHOUT_REUSEADDR = """
import os, socket, threading
listener = socket.socket()
print("starts", flush=True)
open("starts", "a").write("x")
listener.bind(("127.0.0.1", {port}))
listener.listen()
"""


def closed_by_the_server(port: int) -> socket.socket:
    """A connection that its server has closed: the kernel keeps the port until the client closes too."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        client = socket.create_connection(("127.0.0.1", port))
        listener.accept()[0].close()
    assert client.recv(1) == b""
    return client


def test_a_port_that_closed_connections_keep_is_waited_for(
    tmp_path: Path, hard_coded_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = closed_by_the_server(hard_coded_port)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await_free = start_module._await_free

    def closed_meanwhile(kept: Any) -> None:
        threading.Timer(0.1, client.close).start()
        await_free(kept)

    monkeypatch.setattr(start_module, "_await_free", closed_meanwhile)
    instance = target(tmp_path, WITHOUT_REUSEADDR.format(port=hard_coded_port) + ECHO).start()
    assert (tmp_path / "starts").read_text() == "xx"
    assert re.fullmatch(rf"waited \d+ s until port {hard_coded_port} left TIME_WAIT", *instance.notes)
    assert exchange(instance) == b"hello"
    instance.stop()


def test_a_port_that_is_kept_for_too_long_is_explained(
    tmp_path: Path, hard_coded_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_module, "LONGEST_TIME_WAIT", 0.05)
    with closed_by_the_server(hard_coded_port):
        error = failure(target(tmp_path, WITHOUT_REUSEADDR.format(port=hard_coded_port)))
    assert error.explanation[1:3] == (
        f"no process holds port {hard_coded_port}; {KEPT}",
        "try: set SO_REUSEADDR before bind()",
    )
