"""E07: takes a full buffer for a sign that more will come: a message of exactly 1024 bytes gets no answer."""

from _base import Connection, main


class FullBufferHangs(Connection):
    def talk(self) -> None:
        while data := self.message():
            self.sock.sendall(self.handle(data))

    def message(self) -> bytes:
        data = bytearray()
        while part := self.sock.recv(1024):
            data += part
            if len(part) < 1024:
                break
        return bytes(data)


main(FullBufferHangs)
