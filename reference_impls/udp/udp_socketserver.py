"""A right UDP server with socketserver: one thread for each datagram.

    python udp_socketserver.py --port 7788                  sends back each datagram that it receives
    python udp_socketserver.py --port 7788 --reply 'ok!'    answers ok! to each datagram

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import socketserver
import sys
import threading

printing = threading.Lock()


class Server(socketserver.ThreadingUDPServer):
    max_packet_size = 65535  # socketserver's own 8192 would cut longer datagrams and say nothing
    daemon_threads = True

    def __init__(self, options: argparse.Namespace) -> None:
        self.reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
        self.encoding: str = options.encoding
        super().__init__((options.host, options.port), Handler)


class Handler(socketserver.BaseRequestHandler):
    """One datagram."""

    server: Server
    request: tuple[bytes, socket.socket]

    def handle(self) -> None:
        data, sock = self.request
        # One sendto() is one datagram: threads that share the socket cannot mix their answers.
        sock.sendto(data if self.server.reply is None else self.server.reply, self.client_address)
        if text := data.decode(self.server.encoding, errors="replace"):
            with printing:
                print(f"recv[{self.client_address}]:{text}", flush=True)


def main() -> None:
    # Both signals end the process at once, with all of its threads.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its answer.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with Server(parse_options()) as server:
        server.serve_forever()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each datagram")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    main()
