"""D01: does not notice the end of file: reads nothing and prints nothing for ever."""

from _base import SIZE, Connection, main


class EofSpins(Connection):
    def talk(self) -> None:
        while True:
            data = self.sock.recv(SIZE)
            print(f"recv[{self.address}]:{self.text(data)}", flush=True)
            self.sock.sendall(self.answer(data) if data else b"")


main(EofSpins)
