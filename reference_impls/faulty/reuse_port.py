"""D23: sets SO_REUSEPORT: a second start on the same port succeeds and takes half of the clients."""

import socket

from _base import main


def shared_listener() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return listener


main(new_listener=shared_listener)
