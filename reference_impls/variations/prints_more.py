"""V12: prints a banner, and lines when clients come and go."""

import socket

from _base import Connect, Connection, main, printing, thread_each


class PrintsMore(Connection):
    def run(self) -> None:
        self.say("客户端已连接")
        super().run()
        self.say("客户端已断开")

    def say(self, words: str) -> None:
        with printing:
            print(f"*** {self.address} {words}", flush=True)


def announced(listener: socket.socket, connect: Connect) -> None:
    print(f"=== Server v1.0 ===\n等待客户端连接 {listener.getsockname()} ...\n", flush=True)
    thread_each(listener, connect)


main(PrintsMore, announced)
