"""The bundled servers are what they claim to be. Plain sockets: the judge must not judge itself."""

from __future__ import annotations

import ast
import contextlib
import os
import select
import shlex
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from libraries import skip_without_libraries_of
from servers import skip_without_toolchain

from pytest_netconform.bundled import LANGUAGES
from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.target.procnet import inodes_of
from pytest_netconform.target.toolchain import command_line

ROOT = Path(__file__).parents[1]
REFERENCES = sorted(p for p in (ROOT / "reference_impls/tcp").iterdir() if p.suffix in LANGUAGES)
PRINTING_NOTHING = {"rust_threads"}
UDP_REFERENCES = sorted((ROOT / "reference_impls/udp").glob("*.py"))
FAULTY = sorted(p for p in (ROOT / "reference_impls/faulty").glob("*.py") if not p.name.startswith("_"))
TABLE: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "reference_impls/faulty/table.yaml").read_text("utf-8")
)
TUTORIAL = sorted((ROOT / "tests/tutorial").glob("*.py"))

GBK = "你好".encode("gbk")
PATIENCE = 20.0


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def client(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def udp_client(self) -> socket.socket:
        client = socket.socket(type=socket.SOCK_DGRAM)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", self.port))
        return client

    def printed_for(self, client: socket.socket) -> str:
        """The text that the server has printed for this client, in one piece."""
        prefix = f"recv[{client.getsockname()}]:"
        lines = self.log.read_text("utf-8").split("\n")
        return "".join(line.removeprefix(prefix) for line in lines if line.startswith(prefix))

    def has_printed(self, text: str, client: socket.socket) -> bool:
        """Whether it has printed just that for this client; nothing at all, if that is what it claims."""
        prints_nothing = any(name in str(self.process.args) for name in PRINTING_NOTHING)
        return self.printed_for(client) == ("" if prints_nothing else text)


@contextlib.contextmanager
def started(command: list[str], log: Path) -> Iterator[Server]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
    try:
        yield Server(process, poll(lambda: listening_port(process), Deadline(PATIENCE), "no LISTEN"), log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def listening_port(process: subprocess.Popen[bytes]) -> int | None:
    """The port on which this process, or one that it has started, listens or takes datagrams, seen without
    connecting to it."""
    assert process.poll() is None, f"the server ended with status {process.returncode}"
    family = [process.pid, *(one.pid for one in psutil.Process(process.pid).children(recursive=True))]
    sockets = set()
    for pid in family:
        with contextlib.suppress(FileNotFoundError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(FileNotFoundError):
                    sockets.add(str(descriptor.readlink()))
    for table, ready in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07")):
        path = Path(f"/proc/net/{table}")
        for row in path.read_text().splitlines()[1:] if path.exists() else ():
            _, local, _, state, *_, inode = row.split()[:10]
            if state == ready and f"socket:[{inode}]" in sockets:
                return int(local.partition(":")[2], 16)
    return None


def command(path: Path, *options: str, port: int = 0) -> list[str]:
    return [*command_line(path), "--port", str(port), *options]


def exchange(client: socket.socket, data: bytes, size: int) -> bytes:
    client.sendall(data)
    received = b""
    while len(received) < size:
        part = client.recv(65536)
        assert part, f"the connection ended after {len(received)} of {size} bytes"
        received += part
    return received


@pytest.fixture(scope="module", params=REFERENCES, ids=lambda path: path.stem)
def reference(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    skip_without_toolchain(path)
    if path.suffix == ".py":
        skip_without_libraries_of(path)
    return path


@pytest.fixture(scope="module")
def echo(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(command(reference), tmp_path_factory.mktemp("echo") / "log") as server:
        yield server


@pytest.fixture(scope="module")
def acknowledging(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(command(reference, "--reply", "ok!"), tmp_path_factory.mktemp("ack") / "log") as server:
        yield server


def test_all_256_byte_values_come_back(echo: Server) -> None:
    every = bytes(range(256)) * 20
    with echo.client() as client:
        assert exchange(client, every, len(every)) == every


def test_each_message_is_acknowledged(acknowledging: Server) -> None:
    with acknowledging.client() as client:
        assert exchange(client, GBK, 3) == b"ok!"
        assert exchange(client, b"again", 3) == b"ok!"
        assert acknowledging.has_printed("你好again", client)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_split_character_is_printed_once_and_whole(acknowledging: Server, cut: int) -> None:
    with acknowledging.client() as client:
        assert exchange(client, GBK[:cut], 3) == b"ok!"
        assert acknowledging.has_printed(GBK[:cut].decode("gbk", errors="ignore"), client)
        assert exchange(client, GBK[cut:], 3) == b"ok!"
        assert acknowledging.has_printed("你好", client)


def test_invalid_bytes_are_replaced_and_end_nothing(echo: Server) -> None:
    with echo.client() as client:
        assert exchange(client, b"\xff\xffA", 3) == b"\xff\xffA"
        assert echo.has_printed("\ufffd\ufffdA", client)
        assert exchange(client, GBK, 4) == GBK


def test_no_character_is_lost_at_the_border_of_a_read(echo: Server) -> None:
    text = "a" + "时東誠你好" * 1000
    with echo.client() as client:
        exchange(client, text.encode("gbk"), len(text.encode("gbk")))
        assert echo.has_printed(text, client)


def test_what_is_owed_comes_after_a_half_close_and_then_the_end(echo: Server) -> None:
    data = bytes(range(250)) * 200
    with echo.client() as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        assert b"".join(iter(lambda: client.recv(65536), b"")) == data


def test_a_hundred_clients_at_once_each_get_their_own(echo: Server) -> None:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(echo.client()) for _ in range(100)]
        for number, client in enumerate(clients):
            client.sendall(b"client %02d" % number)
        for number, client in enumerate(clients):
            assert exchange(client, b"", 9) == b"client %02d" % number


def test_a_reset_a_silent_and_a_stalled_client_hurt_nobody(echo: Server) -> None:
    with echo.client(), echo.client() as stalled:
        stalled.setblocking(False)
        while select.select([], [stalled], [], 0.2)[1]:  # until the buffers of both sides are full
            stalled.send(b"x" * 65536)
        lost = echo.client()
        exchange(lost, b"hello", 5)
        lost.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        lost.close()
        with echo.client() as newcomer:
            assert exchange(newcomer, b"hello", 5) == b"hello"
            assert exchange(newcomer, b"again", 5) == b"again"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_and_all_its_connections(reference: Path, number: int, tmp_path: Path) -> None:
    with started(command(reference), tmp_path / "log") as server, server.client() as client:
        exchange(client, b"hello", 5)
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE) in {0, -number, 128 + number}  # so a Java machine tells it
        assert client.recv(1) == b""


def test_when_it_is_killed_nothing_of_it_serves_on_or_keeps_the_port(reference: Path, tmp_path: Path) -> None:
    with started(command(reference), tmp_path / "first") as server, server.client() as client:
        exchange(client, b"hello", 5)
        server.process.kill()
        server.process.wait(PATIENCE)
        assert client.recv(1) == b""
        with started(command(reference, port=server.port), tmp_path / "second") as again:
            assert again.port == server.port


def test_it_serves_again_when_it_has_run_out_of_descriptors(reference: Path, tmp_path: Path) -> None:
    few = ["sh", "-c", 'ulimit -n 40 && exec "$@"', "sh", *command(reference)]
    with started(few, tmp_path / "log") as server, contextlib.ExitStack() as stack:
        before = len(inodes_of([server.process.pid]))
        clients = [stack.enter_context(server.client()) for _ in range(60)]
        exchange(clients[0], b"hello", 5)
        stack.close()
        # While it has none left, Node ends the connections that come.
        poll(lambda: len(inodes_of([server.process.pid])) <= before, Deadline(PATIENCE), "its sockets")
        with server.client() as client:
            exchange(client, b"hello", 5)
            exchange(client, b"again", 5)


def test_it_restarts_at_once_on_the_port_that_it_closed_first(reference: Path, tmp_path: Path) -> None:
    with started(command(reference), tmp_path / "first") as server:
        with server.client() as client:
            exchange(client, b"hello", 5)
            server.process.terminate()
            assert client.recv(1) == b""
        server.process.wait(PATIENCE)
    with socket.socket() as careless, pytest.raises(OSError, match="in use"):  # TIME_WAIT is on its side
        careless.bind(("127.0.0.1", server.port))
    with started(command(reference, port=server.port), tmp_path / "second") as again:
        assert again.port == server.port


@pytest.fixture(scope="module", params=UDP_REFERENCES, ids=lambda path: path.stem)
def udp_reference(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def asked(client: socket.socket, data: bytes) -> bytes:
    client.send(data)
    return client.recv(65536)


def test_each_datagram_comes_back_whole(udp_reference: Path, tmp_path: Path) -> None:
    with started(command(udp_reference), tmp_path / "log") as server, server.udp_client() as client:
        for data in (bytes(range(256)), b"", b"x" * 65507, b"last"):
            assert asked(client, data) == data


def test_each_datagram_is_acknowledged_and_printed(udp_reference: Path, tmp_path: Path) -> None:
    with (
        started(command(udp_reference, "--reply", "ok!"), tmp_path / "log") as server,
        server.udp_client() as client,
    ):
        assert asked(client, GBK) == b"ok!"
        assert asked(client, b"\xff\xffA") == b"ok!"
        poll(lambda: server.printed_for(client) == "你好\ufffd\ufffdA", Deadline(PATIENCE), "the text")


def test_a_client_that_is_gone_hurts_nobody(udp_reference: Path, tmp_path: Path) -> None:
    with started(command(udp_reference), tmp_path / "log") as server, server.udp_client() as client:
        for _ in range(20):
            with server.udp_client() as gone:
                gone.send(b"hello")
        assert asked(client, b"hello") == b"hello"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_a_udp_server(udp_reference: Path, number: int, tmp_path: Path) -> None:
    with started(command(udp_reference), tmp_path / "log") as server:
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE) in {0, -number}


def test_each_faulty_server_is_in_the_table_and_each_row_has_a_server() -> None:
    assert sorted(TABLE) == [path.stem for path in FAULTY]


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_server_names_its_defect_as_the_table_does(path: Path) -> None:
    row = TABLE[path.stem]
    found = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert " ".join(found.split()) == f"{', '.join(row['catalogue'])}: {row['about']}."


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_server_starts(path: Path, tmp_path: Path) -> None:
    if path.stem.startswith("sio_"):
        for name in ("socketio_threading.py", "socketio_asgi.py"):
            skip_without_libraries_of(ROOT / "reference_impls/socketio" / name)
    for run in TABLE[path.stem].get("runs", [{}]):
        options = shlex.split(run.get("args", ""))
        with started(command(path, *options), tmp_path / "log") as server:
            assert server.process.poll() is None


@pytest.mark.parametrize("path", TUTORIAL, ids=lambda path: path.stem)
def test_a_tutorial_server_answers_each_of_two_clients(path: Path, tmp_path: Path) -> None:
    skip_without_libraries_of(path)
    source = path.read_text("utf-8")
    assert source.count("7788") == 1
    any_port = [sys.executable, "-c", source.replace("7788", "0")]
    with started(any_port, tmp_path / "log") as server, server.client() as alice, server.client() as bob:
        reply = b"threadOK!" if path.stem == "multi_thread" else b"ok!"
        assert exchange(alice, GBK, len(reply)) == reply
        assert exchange(bob, GBK, len(reply)) == reply
