"""I21: an accept() that fails for want of descriptors ends the server."""

import socket
import threading

from _base import Connect, main


def accept_unguarded(listener: socket.socket, connect: Connect) -> None:
    while True:
        threading.Thread(target=connect(*listener.accept()).run, daemon=True).start()


main(accept=accept_unguarded)
