"""A right TCP server with an asyncio protocol: one thread, one object for each client that is called back.

    python asyncio_protocol.py --port 7788                  sends back what it receives
    python asyncio_protocol.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import asyncio
import codecs
import os
import signal
import sys


class Client(asyncio.Protocol):
    """Answers one client until it ends its side; without `reply`, with its own bytes.

    A client that resets its connection calls connection_lost(), where nothing is left to do: the transport
    closes the socket, and nobody else knows this object.
    """

    def __init__(self, decoder: codecs.IncrementalDecoder, reply: bytes | None) -> None:
        # A read may end within a character. The decoder keeps the half until the rest arrives,
        # so there must be one for each connection.
        self.decoder = decoder
        self.reply = reply

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.address = transport.get_extra_info("peername")

    def data_received(self, data: bytes) -> None:
        self.show(self.decoder.decode(data))
        self.transport.write(self.reply or data)  # the transport keeps what the socket does not take

    def pause_writing(self) -> None:
        """The client does not read: what it sends would be kept here, without end."""
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()

    def eof_received(self) -> None:
        """The client has ended its side. The transport sends what is still owed, then it closes."""
        self.show(self.decoder.decode(b"", final=True))

    def show(self, text: str) -> None:
        if text:
            print(f"recv[{self.address}]:{text}", flush=True)


async def main() -> None:
    options = parse_options()
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)

    def accepted() -> Client:
        return Client(new_decoder(errors="replace"), reply)

    # asyncio sets SO_REUSEADDR by itself and goes on when accept() fails.
    loop = asyncio.get_running_loop()
    server = await loop.create_server(accepted, options.host, options.port, backlog=128)
    await server.serve_forever()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each read")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    asyncio.run(main())
