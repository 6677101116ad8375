"""A right UDP server in pieces; a faulty server replaces the piece that is its defect."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys

Address = tuple[str, int]


class Server:
    """One socket and one loop. What a piece raises ends the server."""

    size = 65535

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.sock = socket.socket(type=socket.SOCK_DGRAM)
        self.sock.bind((options.host, options.port))

    def serve(self) -> None:
        while True:
            self.step()

    def step(self) -> None:
        data, address = self.sock.recvfrom(self.size)
        self.handle(data, address)

    def handle(self, data: bytes, address: Address) -> None:
        self.send(self.answer(data), address)

    def answer(self, data: bytes) -> bytes:
        reply: str = self.options.reply
        return data if reply == "echo" else reply.encode(self.options.encoding)

    def send(self, data: bytes, address: Address) -> None:
        self.sock.sendto(data, address)


def main(server: type[Server] = Server) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each datagram")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    server(parser.parse_args()).serve()
