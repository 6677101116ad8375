"""What an instance prints: drained from the first moment, stamped, kept within a cap."""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from ..deadline import Deadline, DeadlineMissed
from ..payload import decode_guess, fit, visible

CAP = 2 * 1024 * 1024
"""Bytes kept of the beginning, and again of the end."""
CHUNK = 64 * 1024
LONGEST_LINE = 500
"""Columns of a line that are shown."""
STAMP_EVERY = 0.0001
PRINTED_IN = ("utf-8", "gbk")

Line = tuple[float, str]
"""When its first byte arrived (time.monotonic), and the line, safe to print."""
RawLine = tuple[float, bytes]


class _Part:
    """A piece of the output without gaps, from the position `start` on."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.data = bytearray()
        self.stamps: deque[tuple[int, float]] = deque()

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    def append(self, data: bytes, now: float) -> None:
        if not self.stamps or now - self.stamps[-1][1] >= STAMP_EVERY:
            self.stamps.append((self.end, now))
        self.data += data

    def keep_last(self, count: int) -> None:
        surplus = len(self.data) - count
        if surplus <= 0:
            return
        del self.data[:surplus]
        self.start += surplus
        while len(self.stamps) > 1 and self.stamps[1][0] <= self.start:
            self.stamps.popleft()

    def since(self, mark: int) -> bytes:
        return bytes(self.data[max(0, mark - self.start) :])

    def lines(self, mark: int) -> Iterator[RawLine]:
        position = max(self.start, mark)
        stamps = deque(self.stamps)
        for line in self.since(mark).splitlines(keepends=True):
            while len(stamps) > 1 and stamps[1][0] <= position:
                stamps.popleft()
            yield stamps[0][1], line
            position += len(line)


class Log:
    """Standard output and standard error of the whole process tree, in their true order.

    A position is a number of bytes since the start. `since`, `lines` and `count` know what is kept:
    the first and the last 2 MiB. `on_flood` is called when more than `flood` bytes have come since the last
    mark: draining without end costs the tester a processor, and a right server stays far below.
    """

    def __init__(self, on_flood: Callable[[], None], flood: float) -> None:
        self.total = 0
        self._flood = flood
        self._last_mark = 0
        self._head = _Part(0)
        self._tail = _Part(0)
        self._on_flood = on_flood
        self._flooded = False
        self._ended = False
        self._news = threading.Condition()

    # ------------------------------------------------------------ for the reader thread

    def append(self, data: bytes, now: float) -> None:
        with self._news:
            self.total += len(data)
            room = CAP - len(self._head.data)
            if room > 0:
                self._head.append(data[:room], now)
                self._tail = _Part(self._head.end)
            if data[max(room, 0) :]:
                self._tail.append(data[max(room, 0) :], now)
                self._tail.keep_last(CAP)
            self._news.notify_all()
        if self.flooded and not self._flooded:
            self._flooded = True
            self._on_flood()

    def end(self) -> None:
        """Nobody is left who could print."""
        with self._news:
            self._ended = True
            self._news.notify_all()

    # ------------------------------------------------------------ questions

    @property
    def flooded(self) -> bool:
        return self.total - self._last_mark > self._flood

    def mark(self) -> int:
        """The position that has been reached, for the questions that begin somewhere. What counts as a
        flood begins here anew."""
        self._last_mark = self.total
        return self.total

    def since(self, mark: int = 0) -> bytes:
        with self._news:
            return self._since(mark)

    def _since(self, mark: int) -> bytes:
        return self._head.since(mark) + self._tail.since(mark)

    def lines(self, mark: int = 0, most: int | None = None) -> list[Line]:
        """Each line with the time at which it began to arrive, or the first and the last of them, `most`
        altogether; a line tells where output is left out."""
        with self._news:
            lines, tail = list(self._head.lines(mark)), list(self._tail.lines(mark))
            missing = self._tail.start - max(self._head.end, mark)
        if tail and missing > 0:
            lines.append((tail[0][0], f"[{missing} bytes of output are left out here]".encode()))
        lines += tail
        if most is not None and (surplus := len(lines) - most) > 0:
            first, rest = lines[: most // 2], lines[most // 2 + surplus :]
            lines = [*first, (rest[0][0], f"[{surplus} lines of output are left out here]".encode()), *rest]
        return [(moment, printable(line)) for moment, line in lines]

    def tail(self, lines: int = 15) -> list[str]:
        """The last lines."""
        return [text for _, text in self.lines(max(0, self.total - lines * 4 * LONGEST_LINE))[-lines:]]

    def count(self, text: str, *, mark: int = 0, encodings: Iterable[str] = PRINTED_IN) -> int:
        """How often the text was printed since `mark`, in any of the encodings."""
        with self._news:
            return self._count(_forms(text, encodings), mark)

    def _count(self, forms: Iterable[bytes], mark: int) -> int:
        kept = self._since(mark)
        return sum(kept.count(form) for form in forms)

    def wait_for(
        self,
        text: str,
        deadline: Deadline,
        *,
        mark: int = 0,
        times: int = 1,
        encodings: Iterable[str] = PRINTED_IN,
    ) -> None:
        """Return when the text has been printed so often. Raises DeadlineMissed, at once when nobody is
        left who could print it."""
        forms = _forms(text, encodings)
        with self._news:
            printed = self._news.wait_for(
                lambda: self._ended or self._count(forms, mark) >= times, deadline.remaining()
            )
            if not printed or self._count(forms, mark) < times:
                raise DeadlineMissed(f"the server to print {visible(text)!r}")

    def wait_end(self, deadline: Deadline) -> bool:
        """Wait until everything that was printed is here. False when the deadline passed before."""
        with self._news:
            return self._news.wait_for(lambda: self._ended, deadline.remaining())


def printable(line: bytes) -> str:
    """One line of a target's output, decoded as it looks best, bounded and harmless."""
    return fit(visible(decode_guess(line.rstrip(b"\r\n"))[: LONGEST_LINE + 1]), LONGEST_LINE)


def _forms(text: str, encodings: Iterable[str]) -> set[bytes]:
    """The text's bytes in each encoding that has all of its characters."""
    return {
        form for encoding in encodings if (form := text.encode(encoding, "ignore")).decode(encoding) == text
    }


# ---------------------------------------------------------------- the reader thread


class _Drain:
    """The one thread of a process that reads what all instances print."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._selector = selectors.DefaultSelector()
        threading.Thread(target=self._run, name="netconform-log", daemon=True).start()

    def watch(self, fd: int, log: Log) -> None:
        """Drain `fd` into `log` until its end, then close it."""
        self._selector.register(fd, selectors.EVENT_READ, log)  # epoll and kqueue allow it while waiting

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if data := os.read(key.fd, CHUNK):
                    key.data.append(data, time.monotonic())
                else:
                    self._selector.unregister(key.fd)
                    os.close(key.fd)
                    key.data.end()


_starting = threading.Lock()
_drain: _Drain | None = None


def drain(fd: int, log: Log) -> None:
    """Let the process's reader thread read `fd` from now on, and close it at its end."""
    global _drain
    with _starting:
        if _drain is None or _drain.pid != os.getpid():  # a fork has the object, but not its thread
            _drain = _Drain()
        _drain.watch(fd, log)
