"""Whatever frames and segments messages come in, they are read whole and in their order."""

from __future__ import annotations

import base64
import hashlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_netconform.actors.client import ConnectionEnded
from pytest_netconform.actors.pump import readable
from pytest_netconform.actors.websocket import CHUNK, MOST_AT_ONCE, BadFrame, HeadReader, WebSocketClient
from pytest_netconform.deadline import Deadline

PATIENCE = 20.0
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Here:
    """As much of an Instance as a client needs: a listening socket of the test."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.listener.getsockname()

    def socket(self) -> socket.socket:
        return socket.socket()

    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def accept_queue(self) -> None:
        return None

    def upgrade(self, ends: list[socket.socket]) -> None:
        end, _ = self.listener.accept()
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += end.recv(4096)
        (line,) = (one for one in head.decode().splitlines() if one.lower().startswith("sec-websocket-key"))
        digest = hashlib.sha1(f"{line.split(': ')[1]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        accepts = base64.b64encode(digest)
        end.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accepts + b"\r\n\r\n"
        )
        ends.append(end)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_the_head_is_read_and_nothing_behind_it(line_end: bytes) -> None:
    head, behind = line_end.join((b"HTTP/1.1 101 Go", b"A: b", b"", b"")), b"\r\n\r\n and more"
    for cut in range(1, len(head + behind)):
        server, client = socket.socketpair()
        with server, client:
            reader = HeadReader(client)
            server.sendall((head + behind)[:cut])
            read = b"".join(reader.recv(1) for _ in range(min(cut, len(head))))
            server.sendall((head + behind)[cut:])
            read += b"".join(reader.recv(1) for _ in range(len(head) - len(read)))
            assert (read, client.recv(100)) == (head, behind), cut


Pair = tuple[WebSocketClient, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A client, and the server's end of its connection."""
    here, ends = Here(), list[socket.socket]()
    instance: Any = here
    upgrading = threading.Thread(target=here.upgrade, args=(ends,))
    upgrading.start()
    client = WebSocketClient(instance)
    client.connect("/", Deadline(PATIENCE))
    upgrading.join()
    yield client, ends[0]
    client.drop()
    ends[0].close()
    here.listener.close()


def frame(opcode: int, data: bytes, *, last: bool = True) -> bytes:
    size = len(data)
    if size < 126:
        told = bytes([size])
    else:
        told = b"\x7e" + struct.pack("!H", size) if size < 65536 else b"\x7f" + struct.pack("!Q", size)
    return bytes([0x80 * last | opcode]) + told + data


def messages(client: WebSocketClient, count: int) -> list[str | bytes]:
    """So many, and no more of those that come with them."""
    found: list[str | bytes] = []
    while len(found) < count:
        readable(client.socket, Deadline(PATIENCE), "a message")
        found += client.take()
    return found


def some_message(source: random.Random) -> tuple[bytes, str | bytes]:
    """Its frames, and what it says."""
    size = source.choice((0, 1, 5, 40, 124, 125, 126, 127, 300, 5000))
    kind = source.choice(("text", "bytes", "pieces"))
    if kind == "text":
        text = "é" * (size // 2)
        return frame(TEXT, text.encode()), text
    data = source.randbytes(size)
    if kind == "bytes":
        return frame(BINARY, data), data
    ping = frame(PING, b"?") if source.random() < 0.5 else b""
    return frame(BINARY, data[:3], last=False) + ping + frame(CONTINUED, data[3:]), data


@pytest.mark.parametrize("seed", range(20))
def test_messages_come_whole_in_any_segments(seed: int, pair: Pair) -> None:
    client, server = pair
    source = random.Random(seed)
    several = [some_message(source) for _ in range(source.randint(1, 100))]
    wire = b"".join(frames for frames, _ in several)
    found: list[str | bytes] = []
    while wire:
        size = source.choice((1, 2, 3, 50, 1000, CHUNK, 2 * CHUNK))
        server.sendall(wire[:size])
        wire = wire[size:]
        found += client.take()
    said = [message for _, message in several]
    assert found + messages(client, len(said) - len(found)) == said


def test_more_than_are_taken_at_once_are_not_forgotten(pair: Pair) -> None:
    client, server = pair
    count = 3 * MOST_AT_ONCE
    server.sendall(frame(TEXT, b"x") * count)
    assert messages(client, count) == ["x"] * count


def test_what_came_before_the_end_is_taken_first(pair: Pair) -> None:
    client, server = pair
    server.sendall(frame(TEXT, b"last") + frame(CLOSE, struct.pack("!H", 1001)))
    assert messages(client, 1) == ["last"]
    assert client.closed_with == 1001  # the server may wait for our close frame before it ends the connection
    with pytest.raises(ConnectionEnded):
        client.take()


@pytest.mark.parametrize(
    "wire", [frame(TEXT, b"\xff"), frame(TEXT, b"\xff" * 200), b"\xc1\x01x", frame(3, b"x")]
)
def test_what_is_no_message_is_refused(wire: bytes, pair: Pair) -> None:
    client, server = pair
    server.sendall(wire)
    with pytest.raises(BadFrame):
        messages(client, 1)
