"""A right TCP server with one process for each client.

    python processes.py --port 7788                  sends back what it receives
    python processes.py --port 7788 --reply 'ok!'    answers ok! to whatever it receives

What it receives is printed as text: recv[('127.0.0.1', 50202)]:你好
"""

from __future__ import annotations

import argparse
import codecs
import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time

Address = tuple[str, int]

# A pipe to which nobody writes: its reading end sees the end of file when the parent is no more.
watched, kept_by_parent = os.pipe()


def main() -> None:
    options = parse_options()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A console that lacks a character must not cost a client its connection.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    listener = socket.socket()
    # Before bind(): the last run's connections are in TIME_WAIT, and the port would be refused for a minute.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    listener.listen(128)
    listener.settimeout(0.5)
    fork = multiprocessing.get_context("fork")
    while True:
        try:
            client, address = listener.accept()
            with client:  # closes the parent's copy: the client sees the end only when all copies are closed
                fork.Process(target=serve, args=(listener, client, address, options), daemon=True).start()
        except TimeoutError:
            # A process that has ended stays as a zombie until its parent asks for it. start() asks for all of
            # them, so this is for the last ones. A handler of SIGCHLD that asked would be interrupted by itself,
            # deeper and deeper, when many end at once.
            multiprocessing.active_children()
        except OSError as error:  # no descriptor or no process is left: some client will go
            print(error, file=sys.stderr)
            time.sleep(0.1)


def serve(
    listener: socket.socket, client: socket.socket, address: Address, options: argparse.Namespace
) -> None:
    """The life of a child: answer one client until it ends its side."""
    listener.close()  # otherwise this process would keep the port when the parent has ended
    os.close(kept_by_parent)
    threading.Thread(target=end_with_parent, daemon=True).start()
    # A read may end within a character. The decoder keeps the half until the rest arrives.
    decoder = codecs.getincrementaldecoder(options.encoding)(errors="replace")
    reply = None if options.reply == "echo" else options.reply.encode(options.encoding)
    with client, contextlib.suppress(OSError):  # OSError: the client has reset the connection
        while data := client.recv(1024):  # no data: the client has ended its side
            show(address, decoder.decode(data))
            client.sendall(reply or data)  # not send(), which may send only a part
        show(address, decoder.decode(b"", final=True))


def end_with_parent() -> None:
    os.read(watched, 1)  # returns when the parent has ended, even if it was killed
    os._exit(0)


def show(address: Address, text: str) -> None:
    """Print the text as one line, by one write; a short one is never cut by another process (pipe(7))."""
    if text:
        sys.stdout.write(f"recv[{address}]:{text}\n")
        sys.stdout.flush()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "7788"))
    parser.add_argument("--reply", default="echo", help="echo, or the text that answers each read")
    parser.add_argument("--encoding", default="gbk", help="of the text that clients send")
    return parser.parse_args()


if __name__ == "__main__":
    main()
