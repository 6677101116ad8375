"""V08: lets at most one connection wait for accept(), because it says listen(0)."""

import socket

from _base import Connect, main, thread_each


def few_may_wait(listener: socket.socket, connect: Connect) -> None:
    listener.listen(0)
    thread_each(listener, connect)


main(accept=few_may_wait)
