"""I08, D01: a coroutine that never yields at the end of file: one client that closes freezes all others."""

import asyncio
import socket

from _base import SIZE, Connect, main


def serve_all(listener: socket.socket, connect: Connect) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = connect(writer.get_extra_info("socket"), writer.get_extra_info("peername"))
        while True:
            data = await reader.read(SIZE)
            writer.write(connection.handle(data) if data else b"")
            await writer.drain()

    async def serve_for_ever() -> None:
        await (await asyncio.start_server(serve, sock=listener)).serve_forever()

    asyncio.run(serve_for_ever())


main(accept=serve_all)
