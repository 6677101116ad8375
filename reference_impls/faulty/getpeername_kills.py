"""D09: asks for the address after accept(): a client that is already gone ends the server."""

import socket
import threading

from _base import Connect, main


def accept_and_ask(listener: socket.socket, connect: Connect) -> None:
    while True:
        client, _ = listener.accept()
        connection = connect(client, client.getpeername())
        threading.Thread(target=connection.run, daemon=True).start()


main(accept=accept_and_ask)
