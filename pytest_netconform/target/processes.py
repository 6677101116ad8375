"""The processes below another one, and what they use: by /proc (proc(5)), on Linux.

Used by the guard as well: only the standard library, and little of it.
"""

# ruff: noqa: PTH208 - pathlib takes longer to import than the guard to start
from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

LONGEST = 65536
"""Bytes of a file about one process."""
MOST_LOOKS = 3
STOPPED_STATES = frozenset("TtZX")
"""Of a thread in /proc: stopped, traced, and two words for dead (proc(5))."""

Stat = tuple[int, str]
"""A process's parent and its state, such as R or Z."""


# ---------------------------------------------------------------- the process tree


def descendants(root: int, without: Container[int] = ()) -> list[int]:
    """Every process below `root`, parents before children, zombies included; but for those `without` and
    what is below them."""
    children: dict[int, list[int]] = {}
    for pid, parent in _all_parents().items():
        if pid not in without:
            children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, ())
    return found[1:]


def _all_parents() -> dict[int, int]:
    """Each process of the system with its parent.

    A parent that ends during the look is missing from it, and with it the way to its children. Then the
    look is repeated; a few times only, because some systems hide other users' processes for good.
    """
    for _ in range(MOST_LOOKS):
        names = filter(str.isdigit, os.listdir("/proc"))
        parents = {int(name): seen[0] for name in names if (seen := _stat(f"/proc/{name}/stat"))}
        if parents.keys() | {0} >= set(parents.values()):
            break
    return parents


def _stat(path: str) -> Stat | None:
    words = _read(path).rpartition(b")")[2].split(None, 2)
    return (int(words[1]), words[0].decode()) if words else None


def all_stopped(pids: list[int]) -> bool:
    """Whether each thread of these processes is stopped. A process counts as stopped before all of it is."""
    for pid in pids:
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for thread in threads:
            seen = _stat(f"/proc/{pid}/task/{thread}/stat")
            if seen and seen[1] not in STOPPED_STATES:
                return False
    return True


def signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:  # it has ended, or has become another user's
            continue


# ---------------------------------------------------------------- what it uses


def usage(pids: list[int], limits: dict[str, float]) -> dict[str, float]:
    """Of these processes together, by the names of the limits. Memory that several of them share counts
    once where it matters: as shares (smaps_rollup, proc_pid_smaps(5)), which take long to ask for."""
    memory = sum(_pages(pid) for pid in pids) * os.sysconf("SC_PAGE_SIZE")
    if memory > limits.get("memory", memory):
        memory = sum(map(_share_of_memory, pids))
    return {"memory": memory, "processes": len(pids), "cpu": sum(map(_cpu_seconds, pids))}


def _pages(pid: int) -> int:
    """In memory now."""
    words = _read(f"/proc/{pid}/statm").split()
    return int(words[1]) if words else 0


def _share_of_memory(pid: int) -> int:
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return _pages(pid) * os.sysconf("SC_PAGE_SIZE")


def _cpu_seconds(pid: int) -> float:
    """With its children that have ended and were waited for."""
    words = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[11:15]
    return sum(map(int, words)) / os.sysconf("SC_CLK_TCK")


def _read(path: str) -> bytes:
    """All of it, which fits a read; nothing where the process has ended. A file object would take twice
    as long, and every process of the system is looked at."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, LONGEST)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
