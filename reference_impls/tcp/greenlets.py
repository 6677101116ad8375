"""A right TCP server with greenlets: one for each client, and a hub made by hand that switches between them.

    python greenlets.py --port 7788                  sends back what it receives
    python greenlets.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好

A greenlet that must wait tells the selector for what and switches to the hub, which switches back when
that has happened. So serve() reads like the server with threads.
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
from collections.abc import Callable
from functools import partial

from greenlet import getcurrent, greenlet

Address = tuple[str, int]

hub = getcurrent()  # the greenlet in which a program begins
selector = selectors.DefaultSelector()  # epoll on Linux; select() knows no descriptor above 1023
sleeping: dict[greenlet, float] = {}


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
    start(partial(accept_all, listener, options))
    run_hub()


def run_hub() -> None:
    """Wait for what any of the greenlets waits for, for ever."""
    while True:
        first = min(sleeping.values(), default=None)
        for key, _ in selector.select(None if first is None else max(0.0, first - time.monotonic())):
            selector.unregister(key.fileobj)
            key.data.switch()
        for sleeper, end in list(sleeping.items()):
            if end <= time.monotonic():
                del sleeping[sleeper]
                sleeper.switch()


def start(function: Callable[[], None]) -> None:
    """Let the hub start a greenlet for it. To its parent, the hub, it goes back when it has returned."""
    sleeping[greenlet(function, parent=hub)] = 0.0


def wait(sock: socket.socket, event: int) -> None:
    """Let the others run until recv(), accept() or send() has something to do."""
    selector.register(sock, event, getcurrent())
    hub.switch()


def sleep(seconds: float) -> None:
    sleeping[getcurrent()] = time.monotonic() + seconds
    hub.switch()


def accept_all(listener: socket.socket, options: argparse.Namespace) -> None:
    """Start a greenlet for each client."""
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    while True:
        wait(listener, selectors.EVENT_READ)
        try:
            client, address = listener.accept()
            client.setblocking(False)  # only the hub may wait
            start(partial(serve, client, address, new_decoder(errors="replace"), reply))
        except BlockingIOError:
            pass  # the client has gone again
        except OSError as error:  # no descriptor is left: some client will go
            print(error, file=sys.stderr)
            sleep(0.1)


def serve(
    client: socket.socket, address: Address, decoder: codecs.IncrementalDecoder, reply: bytes | None
) -> None:
    """Answer one client until it ends its side; without `reply`, with its own bytes."""
    # `with` closes the socket whatever happens; otherwise the client would wait for the end for ever.
    # OSError means that this client has reset the connection, which concerns nobody else.
    with client, contextlib.suppress(OSError):
        while data := receive(client):  # no data: the client has ended its side
            # A read may end within a character. The decoder keeps the half until the rest arrives,
            # so there must be one for each connection.
            show(address, decoder.decode(data))
            send_all(client, reply or data)
        show(address, decoder.decode(b"", final=True))


def receive(client: socket.socket) -> bytes:
    """Return what has come. It waits even if there is something: first it is the turn of the others."""
    while True:
        wait(client, selectors.EVENT_READ)
        with contextlib.suppress(BlockingIOError):  # the kernel may wake us for nothing
            return client.recv(1024)


def send_all(client: socket.socket, data: bytes) -> None:
    """Send everything. As long as a client does not read, its greenlet waits here and reads no more."""
    while data:
        wait(client, selectors.EVENT_WRITE)
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
