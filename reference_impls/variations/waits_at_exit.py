"""V11, D16: on Ctrl-C and SIGTERM accepts nobody any more and waits for its clients; a second one ends it."""

import os
import signal
import socket
import threading

from _base import Connect, clients, main

ending = threading.Event()


def until_a_signal(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    for connection in clients(listener, connect):
        threading.Thread(target=connection.run, daemon=False).start()


def end(*_: object) -> None:
    if ending.is_set():
        os._exit(0)
    ending.set()
    raise SystemExit(0)  # leaves the accept loop; Python then waits for the threads


main(accept=until_a_signal)
