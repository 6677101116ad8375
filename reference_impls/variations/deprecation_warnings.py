"""V12: uses what is deprecated, and Python says so on its standard error."""

import socket
import threading

from _base import Connect, clients, main


def old_fashioned(listener: socket.socket, connect: Connect) -> None:
    for connection in clients(listener, connect):
        thread = threading.Thread(target=connection.run)
        thread.setDaemon(True)
        thread.start()


main(accept=old_fashioned)
