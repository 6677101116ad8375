"""A right TCP server with generators as coroutines: one for each client, and a scheduler made by hand.

    python generators.py --port 7788                  sends back what it receives
    python generators.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好

A coroutine that must wait yields what it waits for, and goes on when that has happened:
    yield "read", client      until recv() or accept() has something
    yield "write", client     until send() takes something
    yield "sleep", seconds
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Generator
from typing import Any

Address = tuple[str, int]
Coroutine = Generator[tuple[str, Any], None, Any]

EVENTS = {"read": selectors.EVENT_READ, "write": selectors.EVENT_WRITE}


class Scheduler:
    """Runs coroutines by turns in one thread."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()  # epoll on Linux; select() knows no descriptor above 1023
        self.sleeping: dict[Coroutine, float] = {}

    def go_on(self, coroutine: Coroutine) -> None:
        """Run this coroutine up to its next yield, and note what it waits for."""
        try:
            kind, what = next(coroutine)
        except StopIteration:
            return
        if kind == "sleep":
            self.sleeping[coroutine] = time.monotonic() + what
        else:
            self.selector.register(what, EVENTS[kind], coroutine)

    def run(self) -> None:
        """Wait for what any of the coroutines waits for, for ever."""
        while True:
            first = min(self.sleeping.values(), default=None)
            timeout = None if first is None else max(0.0, first - time.monotonic())
            for key, _ in self.selector.select(timeout):
                self.selector.unregister(key.fileobj)
                self.go_on(key.data)
            for coroutine, end in list(self.sleeping.items()):
                if end <= time.monotonic():
                    del self.sleeping[coroutine]
                    self.go_on(coroutine)


def main() -> None:
    options = parse_options()
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    listener = socket.socket()
    # Before bind(): the last run's connections are in TIME_WAIT, and the port would be refused for a minute.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(128)
    listener.setblocking(False)
    scheduler = Scheduler()
    scheduler.go_on(accept_all(scheduler, listener, options))
    scheduler.run()


def accept_all(scheduler: Scheduler, listener: socket.socket, options: argparse.Namespace) -> Coroutine:
    """Start a coroutine for each client."""
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    while True:
        yield "read", listener
        try:
            client, address = listener.accept()
            client.setblocking(False)  # only the scheduler may wait
            scheduler.go_on(serve(client, address, new_decoder(errors="replace"), reply))
        except BlockingIOError:
            pass  # the client has gone again
        except OSError as error:  # no descriptor is left: some client will go
            print(error, file=sys.stderr)
            yield "sleep", 0.1


def serve(
    client: socket.socket, address: Address, decoder: codecs.IncrementalDecoder, reply: bytes | None
) -> Coroutine:
    """Answer one client until it ends its side; without `reply`, with its own bytes."""
    # `with` closes the socket whatever happens; otherwise the client would wait for the end for ever.
    # OSError means that this client has reset the connection, which concerns nobody else.
    with client, contextlib.suppress(OSError):
        while data := (yield from receive(client)):  # no data: the client has ended its side
            # A read may end within a character. The decoder keeps the half until the rest arrives,
            # so there must be one for each connection.
            show(address, decoder.decode(data))
            yield from send_all(client, reply or data)
        show(address, decoder.decode(b"", final=True))


def receive(client: socket.socket) -> Coroutine:
    """Return what has come. It waits even if there is something: first it is the turn of the others."""
    while True:
        yield "read", client
        with contextlib.suppress(BlockingIOError):  # the kernel may wake us for nothing
            return client.recv(1024)


def send_all(client: socket.socket, data: bytes) -> Coroutine:
    """Send everything. As long as a client does not read, its coroutine waits here and reads no more."""
    while data:
        yield "write", client
        with contextlib.suppress(BlockingIOError):
            data = data[client.send(data) :]


def show(address: Address, text: str) -> None:
    if text:
        print(f"recv[{address}]:{text}", flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each read")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    main()
