"""V13: listens on a second port for those who debug it, and there first."""

import socket
import threading

from _base import main

debug = socket.create_server(("127.0.0.1", 0))


def help_debugging() -> None:
    while True:
        with debug.accept()[0] as client:
            client.sendall(b"debug> ")


threading.Thread(target=help_debugging, daemon=True).start()
main()
