"""A right UDP server with an asyncio DatagramProtocol.

    python udp_asyncio.py --port 7788                  sends back each datagram that it receives
    python udp_asyncio.py --port 7788 --reply 'ok!'    answers ok! to each datagram

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys

Address = tuple[str, int]


class Answering(asyncio.DatagramProtocol):
    """One object for all clients. asyncio reads each datagram whole."""

    def __init__(self, sock: socket.socket, reply: bytes | None, encoding: str) -> None:
        self.sock = sock
        self.reply = reply
        self.encoding = encoding

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, address: Address) -> None:
        answer = data if self.reply is None else self.reply
        if answer:
            self.transport.sendto(answer, address)
        else:  # asyncio sends no empty datagrams before Python 3.13
            with contextlib.suppress(OSError):
                self.sock.sendto(answer, address)
        if text := data.decode(self.encoding, errors="replace"):
            print(f"recv[{address}]:{text}", flush=True)

    def error_received(self, error: Exception) -> None:
        """Some client cannot be answered, which concerns nobody else."""
        print(error, file=sys.stderr)


async def main() -> None:
    options = parse_options()
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind((options.host, options.port))
    await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Answering(sock, reply, options.encoding), sock=sock
    )
    await asyncio.Event().wait()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each datagram")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its answer.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    asyncio.run(main())
