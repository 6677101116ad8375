"""V10: one process for each client, of which multiprocessing takes notice when it starts the next one."""

import contextlib
import multiprocessing
import socket

from _base import Connect, Connection, clients, end_with_parent, main


def process_each(listener: socket.socket, connect: Connect) -> None:
    fork = multiprocessing.get_context("fork")
    for connection in clients(listener, connect):
        with connection.sock, contextlib.suppress(OSError):  # no descriptor is left: some client will go
            fork.Process(target=serve, args=(listener, connection), daemon=True).start()


def serve(listener: socket.socket, connection: Connection) -> None:
    listener.close()
    end_with_parent()
    connection.run()


main(accept=process_each)
