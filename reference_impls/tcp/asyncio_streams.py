"""A right TCP server with asyncio streams: one thread, one task for each client.

    python asyncio_streams.py --port 7788                  sends back what it receives
    python asyncio_streams.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import asyncio
import codecs
import os
import signal
import sys

Address = tuple[str, int]


async def main() -> None:
    options = parse_options()
    new_decoder = codecs.getincrementaldecoder(options.encoding)
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve(reader, writer, new_decoder(errors="replace"), reply)

    # asyncio sets SO_REUSEADDR by itself and goes on when accept() fails.
    server = await asyncio.start_server(accepted, options.host, options.port, backlog=128)
    await server.serve_forever()


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    decoder: codecs.IncrementalDecoder,
    reply: bytes | None,
) -> None:
    """Answer one client until it ends its side; without `reply`, with its own bytes."""
    address = writer.get_extra_info("peername")
    try:
        # No data: the client has ended its side. Without that test this loop would never wait
        # again, and starve all other clients.
        while data := await reader.read(1024):
            # A read may end within a character. The decoder keeps the half until the rest arrives,
            # so there must be one for each connection.
            show(address, decoder.decode(data))
            writer.write(reply or data)
            await writer.drain()  # waits for a client that does not read; the others go on
        show(address, decoder.decode(b"", final=True))
    except OSError:
        pass  # this client has reset the connection, which concerns nobody else
    finally:
        writer.close()  # first sends what is still owed


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
    # Both signals end the process at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    asyncio.run(main())
