"""A right UDP server in the plainest way: one socket, one loop.

    python udp_echo.py --port 7788                  sends back each datagram that it receives
    python udp_echo.py --port 7788 --reply 'ok!'    answers ok! to each datagram

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys

LARGEST = 65535  # No datagram is longer. With less, recvfrom() would cut the long ones and say nothing.


def main() -> None:
    options = parse_options()
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not end the server.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    server = socket.socket(type=socket.SOCK_DGRAM)
    server.bind((options.host, options.port))
    while True:
        try:
            # Never connect() this socket: it serves everybody, and each datagram has its own sender.
            data, address = server.recvfrom(LARGEST)
            server.sendto(data if reply is None else reply, address)
        except OSError as error:  # the sender cannot be answered, which concerns nobody else
            print(error, file=sys.stderr)
            continue
        # No data is no end: an empty datagram is one like any other.
        if text := data.decode(options.encoding, errors="replace"):
            print(f"recv[{address}]:{text}", flush=True)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each datagram")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    main()
