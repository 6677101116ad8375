"""E25: accepts twice for each client that it serves: every other client waits in vain."""

import socket
import threading

from _base import Connect, clients, main


def accept_twice(listener: socket.socket, connect: Connect) -> None:
    accepted = clients(listener, connect)
    for _unserved in accepted:
        threading.Thread(target=next(accepted).run, daemon=True).start()


main(accept=accept_twice)
