"""One budget of time for many waits, on the monotonic clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

FIRST_PAUSE = 0.00005
LONGEST_PAUSE = 0.001


class DeadlineMissed(Exception):
    """What was waited for did not happen in time. Always becomes a finding, never a success."""


class Deadline:
    """A point of time, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    def expired(self) -> bool:
        return time.monotonic() >= self.at

    def within(self, seconds: float) -> Deadline:
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(min(seconds, self.remaining()))


def poll(look: Callable[[], T | None], deadline: Deadline, what: str) -> T:
    """Look until the answer is true, and return it.

    For events that the kernel shows but does not announce. A look costs microseconds; the pause
    between two looks grows from 50 microseconds to 1 ms. Raises `DeadlineMissed(what)`.
    """
    pause = FIRST_PAUSE
    while True:
        if seen := look():
            return seen
        if deadline.expired():
            raise DeadlineMissed(what)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
