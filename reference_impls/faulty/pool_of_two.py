"""I04: serves clients with a pool of two threads: two idle clients keep all others waiting."""

import socket
from concurrent.futures import ThreadPoolExecutor

from _base import Connect, clients, main


def pool_of_two(listener: socket.socket, connect: Connect) -> None:
    pool = ThreadPoolExecutor(2)
    for connection in clients(listener, connect):
        pool.submit(connection.run)


main(accept=pool_of_two)
