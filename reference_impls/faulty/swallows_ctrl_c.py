"""D16, D14: catches everything in its accept loop, the KeyboardInterrupt of Ctrl-C too."""

import signal
import socket
import threading

from _base import Connect, main


def catch_all(listener: socket.socket, connect: Connect) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    while True:
        try:
            connection = connect(*listener.accept())
            threading.Thread(target=connection.run, daemon=True).start()
        except BaseException as error:
            print(repr(error), flush=True)


main(accept=catch_all)
