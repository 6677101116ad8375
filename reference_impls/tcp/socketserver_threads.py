"""A right TCP server with the standard library's socketserver: one thread for each client.

    python socketserver_threads.py --port 7788                  sends back what it receives
    python socketserver_threads.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import os
import signal
import socket
import socketserver
import sys
import threading
import time

Address = tuple[str, int]

printing = threading.Lock()


def main() -> None:
    options = parse_options()
    # Both signals end the process at once, with all of its threads.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    Server(options).serve_forever()


class Server(socketserver.ThreadingTCPServer):
    """Runs a Handler in a thread of its own for each client."""

    # The defaults of socketserver are others; with them this server would be wrong.
    allow_reuse_address = True  # else the port is refused for a minute after a run with connections
    request_queue_size = 128  # of clients that wait to be accepted
    daemon_threads = True  # else the end of the server waits for threads that wait for their clients,
    block_on_close = False  # and a list of all threads is kept

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__((options.host, options.port), Handler)
        self.new_decoder = codecs.getincrementaldecoder(options.encoding)
        self.reply = None if options.reply == "echo" else options.reply.encode(options.encoding)

    def get_request(self) -> tuple[socket.socket, Address]:
        try:
            return super().get_request()
        except OSError as error:  # no descriptor is left: some client will go
            print(error, file=sys.stderr)
            time.sleep(0.1)  # serve_forever() would try again at once
            raise


class Handler(socketserver.BaseRequestHandler):
    """One client. The server closes its socket when handle() has returned."""

    server: Server

    def handle(self) -> None:
        """Answer the client until it ends its side; without a reply, with its own bytes."""
        # A read may end within a character. The decoder keeps the half until the rest arrives,
        # so there must be one for each connection.
        decoder = self.server.new_decoder(errors="replace")
        with contextlib.suppress(OSError):  # OSError: this client has reset the connection
            while data := self.request.recv(1024):  # no data: the client has ended its side
                self.show(decoder.decode(data))
                self.request.sendall(self.server.reply or data)  # not send(), which may send only a part
            self.show(decoder.decode(b"", final=True))

    def show(self, text: str) -> None:
        """Print the text at once, as one line that no other thread's line can cut."""
        if text:
            with printing:
                print(f"recv[{self.client_address}]:{text}", flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each read")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    main()
