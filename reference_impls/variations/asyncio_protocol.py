"""V04: an asyncio.Protocol, which ends its side by itself when everything that it owes is sent."""

import asyncio
import socket

from _base import Connect, Connection, main


class Conversation(asyncio.Protocol):
    def __init__(self, connect: Connect) -> None:
        self.connect = connect

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        sock, address = transport.get_extra_info("socket"), transport.get_extra_info("peername")
        self.client: Connection = self.connect(sock, address)

    def data_received(self, data: bytes) -> None:
        self.transport.write(self.client.handle(data))

    def pause_writing(self) -> None:
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        self.transport.resume_reading()


def in_a_loop(listener: socket.socket, connect: Connect) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Conversation(connect), sock=listener)
        await server.serve_forever()

    asyncio.run(serve())


main(accept=in_a_loop)
