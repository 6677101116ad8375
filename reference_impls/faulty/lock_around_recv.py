"""I22: holds a lock while it waits for a client."""

import threading

from _base import SIZE, Connection, main

lock = threading.Lock()


class LockAroundRecv(Connection):
    def talk(self) -> None:
        while data := self.locked_recv():
            self.sock.sendall(self.handle(data))

    def locked_recv(self) -> bytes:
        with lock:
            return self.sock.recv(SIZE)


main(LockAroundRecv)
