"""D08, I19: writes to a client that it has just removed: a message and a close at once end the server."""

import select
import socket

from _base import SIZE, Connect, Connection, main


def select_loop(listener: socket.socket, connect: Connect) -> None:
    connections: dict[socket.socket, Connection] = {}
    unsent: dict[socket.socket, bytearray] = {}
    while True:
        owed = [sock for sock, data in unsent.items() if data]
        readable, writable, _ = select.select([listener, *connections], owed, [])
        for sock in readable:
            if sock is listener:
                client, address = listener.accept()
                connections[client], unsent[client] = connect(client, address), bytearray()
            elif data := received(sock):
                unsent[sock] += connections[sock].handle(data)
            else:
                del connections[sock], unsent[sock]
                sock.close()
        for sock in writable:
            del unsent[sock][: sent(sock, unsent[sock])]


def received(sock: socket.socket) -> bytes:
    try:
        return sock.recv(SIZE)
    except OSError:
        return b""


def sent(sock: socket.socket, data: bytearray) -> int:
    try:
        return sock.send(data, socket.MSG_DONTWAIT)
    except OSError:
        return len(data)


main(accept=select_loop)
