"""V02: reads three bytes at a time, so that a longer message gets several acknowledgements."""

from _base import Connection, main


class ThreeBytesARead(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(3):
            self.sock.sendall(self.handle(data))


main(ThreeBytesARead)
