"""Limits on open descriptors: those that an instance is put under, and the tester's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import EnvironmentFault

SPARE = 64
"""Descriptors that the tester needs for other things than clients."""


@contextmanager
def clients(count: int) -> Iterator[None]:
    """Inside of it this process can have so many clients at once. Raises EnvironmentFault."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = max(_numbers(os.getpid()), default=0) + count + SPARE
    if needed > hard != resource.RLIM_INFINITY:
        raise EnvironmentFault(f"the tester may have only {hard} open files; raise the limit (ulimit -Hn)")
    try:
        if needed > soft != resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def descriptors_left(pids: Iterable[int], count: int) -> Iterator[None]:
    """Each of these processes can open so many more descriptors, by its soft RLIMIT_NOFILE (getrlimit(2)).

    Raises EnvironmentFault where the limits of another process cannot be changed."""
    if not sys.platform.startswith("linux"):
        raise EnvironmentFault("the limits of another process can be changed on Linux only")
    import resource

    before = {pid: resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in pids if _numbers(pid)}
    try:
        for pid, (_, hard) in before.items():
            soft = _limit(_numbers(pid), count)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
        yield
    finally:
        for pid, limits in before.items():
            if _numbers(pid):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


def _numbers(pid: int) -> set[int]:
    """Of its open descriptors; none of a process that has ended."""
    try:
        return {int(name) for name in os.listdir(Path("/proc", str(pid), "fd"))}  # noqa: PTH208 - names
    except OSError:
        return set()


def _limit(used: set[int], count: int) -> int:
    """The limit below which so many numbers are free: it bounds numbers, not their count."""
    free = (number for number in range(len(used) + count) if number not in used)
    return max([*list(free)[:count], max(used)]) + 1
