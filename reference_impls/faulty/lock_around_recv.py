"""I22: holds a lock as long as it waits for a client: nobody else is served meanwhile."""

import threading

from _base import SIZE, Connection, main

lock = threading.Lock()


class LockAroundRecv(Connection):
    def talk(self) -> None:
        with lock:
            while data := self.sock.recv(SIZE):
                self.sock.sendall(self.handle(data))


main(LockAroundRecv)
