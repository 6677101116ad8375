"""PID 1 of a box that bwrap has made, see bubblewrap.py: it starts instances for their guards (remote.py).

Run by LAUNCH with the arguments FOLDER SOURCE OWN CHANNEL_FD. First it copies the files of SOURCE to OWN,
the folder of the instance, unless these are empty. On the channel it hands out sockets of its network, as the
guard of another box does (see namespaces.Channel), and takes the word `start` with four descriptors: a
stream socket to the guard, on which a request follows, the standard input, the output, and where to tell
that the exec has failed, which is closed by a successful one. To that guard it writes the lines

    root                by the process below which the instance is: this one, or a keeper
    main                by what becomes the target
    exited WAIT_STATUS  the first process has ended
    empty               no process is left

and reads from it `kill`. The box lasts as long as the channel, and longer than an instance, so that another
one can be started in the same network. One that is started beside another is below a process of its own, a
keeper. When a guard has died, the box ends.

Only the standard library, and little of it: the first instance cannot start before.
"""

# ruff: noqa: PTH102, PTH112, PTH115, PTH211 - pathlib takes long to import
from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` loads enum: a third of the start
import os
import select
import sys

if __package__:
    from .namespaces import Channel
    from .processes import descendants, signal_all
    from .spawn import (
        PR_SET_CHILD_SUBREAPER,
        PR_SET_DUMPABLE,
        become,
        ignore_signals,
        prctl,
        read_request,
        wake_on,
    )
else:  # in its own process, beside these files
    from namespaces import Channel  # type: ignore[import-not-found,no-redef]
    from processes import descendants, signal_all  # type: ignore[import-not-found,no-redef]
    from spawn import (  # type: ignore[import-not-found,no-redef]
        PR_SET_CHILD_SUBREAPER,
        PR_SET_DUMPABLE,
        become,
        ignore_signals,
        prctl,
        read_request,
        wake_on,
    )

LAUNCH = ("-I", "-S", "-c", "import sys; sys.path.append(sys.argv[1]); import boxinit; boxinit.main()")
"""Arguments for Python."""
PIECE = 1 << 20


class Lodger:
    """An instance whose processes are below this one, and the line to its guard."""

    def __init__(self, line: int, stdin: int, log: int, tell: int) -> None:
        self.line = line
        os.write(line, b"root\n")
        request, _ = read_request(b"", lambda: os.read(line, 65536))
        self.main = os.fork()
        if self.main == 0:
            os.write(line, b"main\n")
            become(request, stdin, log, tell)
        for descriptor in (stdin, log, tell):
            os.close(descriptor)

    def say(self, text: str) -> None:
        try:
            os.write(self.line, text.encode() + b"\n")
        except OSError:  # its guard is gone, which the next look shows
            return


class Parent:
    """PID 1, or a keeper, which has no channel. It ends with os._exit()."""

    def __init__(self, channel: Channel | None) -> None:
        self.channel = channel
        self.lodger: Lodger | None = None
        self.keepers: set[int] = set()
        self.wakeup = wake_on(signal.SIGCHLD)
        self.events = select.poll()
        self.events.register(self.wakeup, select.POLLIN)
        if channel:
            self.events.register(channel.fileno(), select.POLLIN)

    def run(self) -> None:
        while self.channel or self.lodger:
            ready = dict(self.events.poll())
            if self.wakeup in ready:
                os.read(self.wakeup, 4096)
                self.reap()
            if self.lodger and self.lodger.line in ready:
                self.obey(self.lodger)
            if self.channel and self.channel.fileno() in ready:
                self.serve(self.channel)

    def serve(self, channel: Channel) -> None:
        data, descriptors = channel.receive()
        if not data:
            os._exit(0)  # and with it all of the box
        if not descriptors:
            channel.answer(data)
        elif self.lodger is None:
            self.take(*descriptors)
        else:
            self.keep(*descriptors)

    def take(self, *descriptors: int) -> None:
        self.lodger = Lodger(*descriptors)
        self.events.register(self.lodger.line, select.POLLIN)

    def keep(self, *descriptors: int) -> None:
        """Beside another instance."""
        keeper = os.fork()
        if keeper == 0:
            prctl(PR_SET_CHILD_SUBREAPER, 1)
            alone = Parent(None)
            alone.take(*descriptors)
            alone.run()
            os._exit(0)
        self.keepers.add(keeper)
        for descriptor in descriptors:
            os.close(descriptor)

    def obey(self, lodger: Lodger) -> None:
        data = os.read(lodger.line, 64)
        if not data:
            os._exit(1)
        if self.channel and not self.keepers:
            signal_all([-1], signal.SIGKILL)  # all but PID 1

    def reap(self) -> None:
        try:
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                self.keepers.discard(pid)
                if self.lodger and pid == self.lodger.main:
                    self.lodger.say(f"exited {status}")
        except ChildProcessError:
            self.empty()
            return
        if self.keepers and not descendants(os.getpid(), self.keepers):
            self.empty()

    def empty(self) -> None:
        if self.lodger:
            self.lodger.say("empty")
            self.events.unregister(self.lodger.line)
            os.close(self.lodger.line)
            self.lodger = None


def copy(source: str, target: str) -> None:
    """What is in a folder and can be read, with times and modes: links as links, no sockets and the like."""
    with os.scandir(source) as entries:
        for entry in entries:
            place = f"{target}/{entry.name}"
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), place)
            elif entry.is_dir(follow_symlinks=False) and os.access(entry.path, os.R_OK | os.X_OK):
                if os.path.ismount(place):  # it is hidden, or shown as it is
                    continue
                if not os.path.isdir(place):  # something may be mounted below
                    os.mkdir(place)
                copy(entry.path, place)
                _like(entry, place)
            elif entry.is_file(follow_symlinks=False) and os.access(entry.path, os.R_OK):
                _copy_file(entry.path, place)
                _like(entry, place)


def _copy_file(source: str, target: str) -> None:
    read = os.open(source, os.O_RDONLY)
    write = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    while os.sendfile(write, read, None, PIECE):
        pass
    os.close(read)
    os.close(write)


def _like(entry: os.DirEntry[str], place: str) -> None:
    is_folder = entry.is_dir(follow_symlinks=False)
    seen = entry.stat(follow_symlinks=False)
    os.chmod(place, seen.st_mode & 0o777 | (0o700 if is_folder else 0))  # noqa: PTH101
    os.utime(place, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def main() -> None:
    _, _, source, own, fd = sys.argv
    ignore_signals()
    if own:
        copy(source, own)
    channel = Channel(int(fd))
    prctl(PR_SET_DUMPABLE, 0)  # no instance may look into this process or take it over (ptrace(2))
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 2)
    Parent(channel).run()
