"""E28: lets two threads write a long answer: its second half is sent first."""

import threading

from _base import SIZE, Connection, main


class Reorders(Connection):
    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            answer = self.handle(data)
            half = len(answer) // 2 if len(answer) > 100 else 0
            late_writer = threading.Thread(target=self.sock.sendall, args=(answer[:half],))
            self.sock.sendall(answer[half:])
            late_writer.start()
            late_writer.join()


main(Reorders)
