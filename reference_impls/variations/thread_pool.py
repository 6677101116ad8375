"""V10, D19: a pool of 150 threads, which stay when their clients have gone."""

import socket
from concurrent.futures import ThreadPoolExecutor

from _base import Connect, clients, main


def pool(listener: socket.socket, connect: Connect) -> None:
    with ThreadPoolExecutor(150) as threads:
        for connection in clients(listener, connect):
            threads.submit(connection.run)


main(accept=pool)
