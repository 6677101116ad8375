"""I20: ends when more than 64 clients are connected at the same time."""

import socket
import sys
import threading

from _base import Connect, clients, main


def at_most_64(listener: socket.socket, connect: Connect) -> None:
    for connection in clients(listener, connect):
        threading.Thread(target=connection.run, daemon=True).start()
        if threading.active_count() > 1 + 64:
            sys.exit("too many clients")


main(accept=at_most_64)
