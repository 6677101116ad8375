"""A right TCP server with one thread for each client.

    python threads.py --port 7788                  sends back what it receives
    python threads.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import os
import signal
import socket
import sys
import threading
import time

Address = tuple[str, int]

printing = threading.Lock()


def main() -> None:
    options = parse_options()
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    # Both signals end the process at once, with all of its threads. Python's own answer to Ctrl-C
    # would wait for threads that wait for their clients.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    listener = socket.socket()
    # Before bind(): the last run's connections are in TIME_WAIT, and the port would be refused for a minute.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(128)
    while True:  # No recv() in this loop: it would make everybody wait for one silent client.
        try:
            client, address = listener.accept()
            decoder = new_decoder(errors="replace")
            threading.Thread(target=serve, args=(client, address, decoder, reply), daemon=True).start()
        except (OSError, RuntimeError) as error:  # no descriptor or no thread is left: some client will go
            print(error, file=sys.stderr)
            time.sleep(0.1)


def serve(
    client: socket.socket, address: Address, decoder: codecs.IncrementalDecoder, reply: bytes | None
) -> None:
    """Answer one client until it ends its side; without `reply`, with its own bytes."""
    # `with` closes the socket whatever happens; otherwise the client would wait for the end for ever.
    # OSError means that this client has reset the connection, which concerns nobody else.
    with client, contextlib.suppress(OSError):
        while data := client.recv(1024):  # no data: the client has ended its side
            # A read may end within a character. The decoder keeps the half until the rest arrives,
            # so there must be one for each connection.
            show(address, decoder.decode(data))
            client.sendall(reply or data)  # not send(), which may send only a part
        show(address, decoder.decode(b"", final=True))


def show(address: Address, text: str) -> None:
    """Print the text at once, as one line that no other thread's line can cut."""
    if text:
        with printing:
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
