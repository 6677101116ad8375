"""I03: calls the handler where it should pass it to the thread, so that the main thread serves each client."""

import contextlib
import socket
import threading

from _base import Connect, clients, main


def call_each(listener: socket.socket, connect: Connect) -> None:
    for connection in clients(listener, connect):
        with contextlib.suppress(TypeError):
            threading.Thread(target=connection.run(), daemon=True).start()


main(accept=call_each)
