"""I23: asks non-blocking sockets again and again instead of waiting for them."""

import contextlib
import socket

from _base import Connect, Connection, main


def poll_each(listener: socket.socket, connect: Connect) -> None:
    listener.setblocking(False)
    present: list[Connection] = []
    while True:
        with contextlib.suppress(OSError):
            sock, address = listener.accept()
            sock.setblocking(False)
            present.append(connect(sock, address))
        for connection in [one for one in present if not stays(one)]:
            present.remove(connection)
            connection.sock.close()


def stays(connection: Connection) -> bool:
    try:
        return connection.step()
    except BlockingIOError:
        return True
    except OSError:
        return False


main(accept=poll_each)
