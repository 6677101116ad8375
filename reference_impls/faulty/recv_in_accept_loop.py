"""I02: waits for a client's first message before it accepts the next client."""

import contextlib
import socket
import threading

from _base import Connect, clients, main


def wait_for_first_message(listener: socket.socket, connect: Connect) -> None:
    for connection in clients(listener, connect):
        with contextlib.suppress(OSError):
            connection.sock.recv(1, socket.MSG_PEEK)
        threading.Thread(target=connection.run, daemon=True).start()


main(accept=wait_for_first_message)
