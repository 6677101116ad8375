"""V16: asks its sockets again and again without ever waiting."""

import contextlib
import socket

from _base import Connect, Connection, main


def poll_all(listener: socket.socket, connect: Connect) -> None:
    listener.setblocking(False)
    connections: list[Connection] = []
    while True:
        with contextlib.suppress(OSError):
            sock, address = listener.accept()
            sock.setblocking(False)
            connections.append(connect(sock, address))
        connections = [connection for connection in connections if is_there(connection)]


def is_there(connection: Connection) -> bool:
    try:
        if connection.step():
            return True
    except BlockingIOError:
        return True
    except OSError as error:
        connection.lost(error)
    connection.sock.close()
    return False


main(accept=poll_all)
