"""E19: does not look whether bind() succeeds: a second copy listens on a port that nobody knows."""

import contextlib
import socket
from typing import Any

from _base import main


class Careless(socket.socket):
    def bind(self, address: Any) -> None:
        with contextlib.suppress(OSError):
            super().bind(address)


def careless_listener() -> socket.socket:
    listener = Careless()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


main(new_listener=careless_listener)
