"""V02: reads 64 KiB at a time, so that many messages may get one acknowledgement."""

from _base import Connection, main


class LargeReads(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(64 * 1024):
            self.sock.sendall(self.handle(data))


main(LargeReads)
