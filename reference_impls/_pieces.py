"""A right server in pieces: faulty servers replace one by a defect, variations by another right one."""

from __future__ import annotations

import codecs
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

Address = tuple[str, int]
SIZE = 1024
printing = threading.Lock()
watched, kept_by_parent = os.pipe()


class Options:
    """What the command line says; `reply` is echo, or the text that answers each read, and `encoding` that of
    the text that clients send. Read by hand, for argparse takes a fifth of the time to start."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = int(os.environ.get("PORT", "7788"))
        self.reply = "echo"
        self.encoding = "gbk"
        words = iter(sys.argv[1:])
        for word in words:
            name, joined, value = word.removeprefix("--").partition("=")
            kind = type(vars(self)[name])
            setattr(self, name, kind(value if joined else next(words)))


class Connection:
    """One client. A thread or process of its own calls `run`, a loop for all clients calls `step`."""

    def __init__(self, sock: socket.socket, address: Address, options: Options) -> None:
        self.sock = sock
        self.address = address
        self.options = options
        new_decoder = codecs.getincrementaldecoder(options.encoding)
        self.decoder: codecs.IncrementalDecoder = new_decoder(errors="replace")
        self.unsent = b""

    def run(self) -> None:
        """The client's whole life."""
        with self.sock:
            try:
                self.talk()
            except OSError as error:
                self.lost(error)

    def talk(self) -> None:
        while data := self.sock.recv(SIZE):
            self.sock.sendall(self.handle(data))

    def step(self) -> bool:
        """Read once or write once, when the socket is ready for it. False: the client has ended its side."""
        if self.unsent:
            self.unsent = self.unsent[self.sock.send(self.unsent) :]
            return True
        data = self.sock.recv(SIZE)
        if data:
            self.unsent = self.handle(data)
        return bool(data)

    def lost(self, error: OSError) -> None:
        """The client has reset the connection; that concerns nobody else."""

    def handle(self, data: bytes) -> bytes:
        """Print what was received and return the answer to it."""
        self.show(self.text(data))
        return self.answer(data)

    def text(self, data: bytes) -> str:
        return self.decoder.decode(data)

    def answer(self, data: bytes) -> bytes:
        reply: str = self.options.reply
        return data if reply == "echo" else reply.encode(self.options.encoding)

    def show(self, text: str) -> None:
        if text:
            with printing:
                print(f"recv[{self.address}]:{text}", flush=True)


Connect = Callable[[socket.socket, Address], Connection]
Accept = Callable[[socket.socket, Connect], None]


def clients(listener: socket.socket, connect: Connect) -> Iterator[Connection]:
    """Accept for ever; when no descriptor is left, wait until some client has gone."""
    while True:
        try:
            client, address = listener.accept()
        except OSError:
            time.sleep(0.1)
        else:
            yield connect(client, address)


def thread_each(listener: socket.socket, connect: Connect) -> None:
    """One thread for each client."""
    for connection in clients(listener, connect):
        threading.Thread(target=connection.run, daemon=True).start()


def one_after_the_other(listener: socket.socket, connect: Connect) -> None:
    """The next client waits until the one before has gone."""
    for connection in clients(listener, connect):
        connection.run()


def one_loop(
    listener: socket.socket,
    connect: Connect,
    new_selector: Callable[[], selectors.BaseSelector] = selectors.DefaultSelector,
) -> None:
    """One thread for all clients. What a connection raises ends the server."""
    selector = new_selector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            connection: Connection | None = key.data
            if connection is None:
                try:
                    sock, address = listener.accept()
                except OSError:
                    time.sleep(0.1)
                else:
                    sock.setblocking(False)
                    selector.register(sock, selectors.EVENT_READ, connect(sock, address))
            elif goes_on(connection):
                event = selectors.EVENT_WRITE if connection.unsent else selectors.EVENT_READ
                selector.modify(connection.sock, event, connection)
            else:
                selector.unregister(connection.sock)
                connection.sock.close()


def goes_on(connection: Connection) -> bool:
    try:
        return connection.step()
    except OSError as error:
        connection.lost(error)
        return False


def fork_for(connection: Connection, listener: socket.socket) -> None:
    """Serve this client in a child, which ends at the latest with its parent."""
    if os.fork() == 0:
        listener.close()
        end_with_parent()
        connection.run()
        os._exit(0)


def end_with_parent() -> None:
    """For a child: end when nobody is left who could write into the pipe, which is the parent."""
    os.close(kept_by_parent)
    threading.Thread(target=_await_end_of_parent, daemon=True).start()


def _await_end_of_parent() -> None:
    os.read(watched, 1)
    os._exit(0)


def new_listener() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


def main(
    connection: type[Connection] = Connection,
    accept: Accept = thread_each,
    new_listener: Callable[[], socket.socket] = new_listener,
    **fixed: object,
) -> None:
    """`fixed` are options that the command line does not change."""
    options = Options()
    vars(options).update(fixed)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with new_listener() as listener:
        listener.bind((options.host, options.port))
        listener.listen(128)
        accept(listener, lambda sock, address: connection(sock, address, options))
