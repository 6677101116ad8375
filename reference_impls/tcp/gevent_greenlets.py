"""A right TCP server with gevent: one greenlet for each client.

    python gevent_greenlets.py --port 7788                  sends back what it receives
    python gevent_greenlets.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()  # before all other imports, which would keep the functions that block everybody

import argparse
import codecs
import contextlib
import os
import signal
import socket
import sys

from gevent import sleep
from gevent.server import StreamServer

Address = tuple[str, int]


def main() -> None:
    options = parse_options()
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def accepted(client: socket.socket, address: Address) -> None:
        serve(client, address, new_decoder(errors="replace"), reply)

    # StreamServer sets SO_REUSEADDR by itself, goes on when accept() fails, and closes the client's
    # socket when accepted() has returned.
    StreamServer((options.host, options.port), accepted, backlog=128).serve_forever()


def serve(
    client: socket.socket, address: Address, decoder: codecs.IncrementalDecoder, reply: bytes | None
) -> None:
    """Answer one client until it ends its side; without `reply`, with its own bytes."""
    # OSError means that this client has reset the connection, which concerns nobody else.
    with contextlib.suppress(OSError):
        # recv() and sendall() wait for this client alone: gevent switches to the other greenlets.
        # Where they need not wait they do not switch, and a client that never pauses would stop the others.
        while data := client.recv(1024):  # no data: the client has ended its side
            # A read may end within a character. The decoder keeps the half until the rest arrives,
            # so there must be one for each connection.
            show(address, decoder.decode(data))
            client.sendall(reply or data)  # not send(), which may send only a part
            sleep(0)
        show(address, decoder.decode(b"", final=True))


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
