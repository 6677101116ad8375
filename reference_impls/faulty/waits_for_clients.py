"""D16: SIGINT and SIGTERM end it only when its last client has gone."""

import signal
import socket
import threading

from _base import Connect, clients, main


def wait_at_exit(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for connection in clients(listener, connect):
        threading.Thread(target=connection.run, daemon=False).start()


main(accept=wait_at_exit)
