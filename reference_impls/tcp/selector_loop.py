"""A right TCP server with selectors: one thread waits for all clients at once.

    python selector_loop.py --port 7788                  sends back what it receives
    python selector_loop.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import codecs
import os
import selectors
import signal
import socket
import sys
import time

Address = tuple[str, int]

MOST_OWED = 65536
"""Bytes that may wait for one client; as long as there are more, nothing is read from it."""


class Client:
    """A connection with all that belongs to it; nothing of that may be shared with another one."""

    def __init__(
        self, sock: socket.socket, address: Address, decoder: codecs.IncrementalDecoder, reply: bytes | None
    ) -> None:
        self.socket = sock
        self.address = address
        # A read may end within a character. The decoder keeps the half until the rest arrives.
        self.decoder = decoder
        self.reply = reply
        self.owed = bytearray()  # what the socket has not taken yet
        self.ended = False  # the client has ended its side

    def waits_for(self) -> int:
        """The events for which this client waits: none when it has ended its side and is owed nothing."""
        reads = not self.ended and len(self.owed) < MOST_OWED
        return (selectors.EVENT_READ if reads else 0) | (selectors.EVENT_WRITE if self.owed else 0)

    def serve(self, events: int) -> None:
        """Do what is possible now. Raises OSError if the client has reset the connection."""
        try:
            if events & selectors.EVENT_READ:
                self.receive()
            if self.owed:
                del self.owed[: self.socket.send(self.owed)]  # send() may take only a part
        except BlockingIOError:
            pass  # nothing is possible now; the selector tells when it is

    def receive(self) -> None:
        """Read once; there may be more, but first it is the turn of the other clients."""
        data = self.socket.recv(1024)
        self.ended = not data
        if data:
            self.owed += self.reply or data
        if text := self.decoder.decode(data, final=self.ended):
            print(f"recv[{self.address}]:{text}", flush=True)


def main() -> None:
    options = parse_options()
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
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
    selector = selectors.DefaultSelector()  # epoll on Linux; select() knows no descriptor above 1023
    selector.register(listener, selectors.EVENT_READ)
    rests_until = 0.0  # the listener, when no client could be accepted
    while True:
        resting = listener not in selector.get_map()
        for key, events in selector.select(max(0.0, rests_until - time.monotonic()) if resting else None):
            if key.fileobj is not listener:
                serve(selector, key.data, events)
            elif (accepted := accept(listener)) is None:
                selector.unregister(listener)  # it stays readable, and this loop would never wait
                rests_until = time.monotonic() + 0.1
            else:
                client = Client(*accepted, new_decoder(errors="replace"), reply)
                selector.register(client.socket, client.waits_for(), client)
        if resting and time.monotonic() >= rests_until:
            selector.register(listener, selectors.EVENT_READ)


def accept(listener: socket.socket) -> tuple[socket.socket, Address] | None:
    """The next client, or nothing if that is impossible for now."""
    try:
        sock, address = listener.accept()
    except OSError as error:  # no descriptor is left, and some client will go; or this one has gone again
        print(error, file=sys.stderr)
        return None
    sock.setblocking(False)  # neither recv() nor send() may keep the other clients waiting
    return sock, address


def serve(selector: selectors.BaseSelector, client: Client, events: int) -> None:
    """Serve a client, and close its connection when it is done or was reset, which concerns nobody else."""
    try:
        client.serve(events)
        waits_for = client.waits_for()
    except OSError:
        waits_for = 0
    if waits_for:
        selector.modify(client.socket, waits_for, client)
    else:
        selector.unregister(client.socket)  # before close(), which frees the number of the descriptor
        client.socket.close()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each read")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    main()
