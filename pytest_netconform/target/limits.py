"""Limits: those that each instance is put under, those for a check, and the tester's own."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import EnvironmentFault

SPARE = 64
"""Descriptors that the tester needs for other things than clients."""
MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What an instance may use: all of its processes together of `memory` (bytes), `processes` and `cpu`
    (seconds), and what it prints between two checks (`output`, bytes); each process of `files` open at once
    and bytes in a file (`file_size`). `time`: seconds that all checks of a target may take together.

    RLIMIT_AS is none of them: it counts address space, of which some runtimes reserve very much. A right
    server with a process for each of a thousand clients takes 2.6 GiB.
    """

    memory: float = field(default_factory=lambda: half_of_memory())
    processes: float = 2048
    cpu: float = 600.0
    output: float = 128 * MIB
    files: float = 65536
    file_size: float = 1024 * MIB
    time: float = 3600.0

    def of_all(self) -> dict[str, float]:
        """What the guard watches."""
        return {"memory": self.memory, "processes": self.processes, "cpu": self.cpu}

    def of_each(self) -> dict[int, int]:
        """What the kernel holds, by number of resource (getrlimit(2)). No core dumps are written."""
        import resource

        return {
            resource.RLIMIT_NOFILE: int(self.files),
            resource.RLIMIT_FSIZE: int(self.file_size),
            resource.RLIMIT_CORE: 0,
        }

    def told(self, name: str) -> str:
        """That a limit was met: `it used more than 2048 MiB of memory (--netconform-limit memory=...)`."""
        text = TOLD[name].format(_shown(getattr(self, name), UNITS[name]))
        return f"{text} (the limit: --netconform-limit {name.replace('_', '-')}=...)"

    def met(self, name: str) -> str:
        """As `told`, of `files` or `file_size`: the system may allow less than the user."""
        import resource

        number, command = OF_THE_SYSTEM[name]
        most = resource.getrlimit(getattr(resource, number))[0]
        if most == resource.RLIM_INFINITY or most >= getattr(self, name):
            return self.told(name)
        return f"{TOLD[name].format(_shown(most, UNITS[name]))} (the limit of this machine: {command})"


def half_of_memory() -> float:
    """Of this machine, in bytes; 4 GiB where it does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2
    except (AttributeError, OSError, ValueError):
        return 4096.0 * MIB


TOLD = {
    "memory": "it used more than {} of memory",
    "processes": "it had more than {} processes",
    "cpu": "it used more than {} of a processor's time",
    "output": "it printed more than {}",
    "files": "it had {} files open, and may have no more",
    "file_size": "it wrote a file of more than {}",
    "time": "the checks of this target have taken more than {}",
}
OF_THE_SYSTEM = {"files": ("RLIMIT_NOFILE", "ulimit -n"), "file_size": ("RLIMIT_FSIZE", "ulimit -f")}
UNITS = {"memory": "bytes", "output": "bytes", "file_size": "bytes", "cpu": "s", "time": "s"}
UNITS |= {"processes": "", "files": ""}


def _shown(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / MIB:.0f} MiB" if value >= MIB else f"{value / 1024:.0f} KiB"
    return f"{value:g} {unit}".strip()


def parse_limit(text: str) -> tuple[str, float]:
    """`memory=512MiB`, `time=90s`, `processes=64` -> the field of Limits and its value. Raises ValueError."""
    name, _, value = text.replace("-", "_", 1).partition("=")
    number = re.fullmatch(r"([\d.]+)\s*([A-Za-z]*)", value)
    if name not in TOLD or number is None or number[2] not in _FACTORS[UNITS[name]]:
        raise ValueError(text)
    amount = float(number[1]) * _FACTORS[UNITS[name]][number[2]]
    if amount <= 0:
        raise ValueError(text)
    return name, amount


_FACTORS: dict[str, dict[str, float]] = {
    "bytes": {"": 1, "KiB": 1024, "MiB": MIB, "GiB": 1024 * MIB},
    "s": {"": 1, "s": 1, "min": 60, "h": 3600},
    "": {"": 1},
}


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

    before: dict[int, tuple[int, int]] = {}
    try:
        for pid in pids:
            used = _numbers(pid)
            if not used:  # it has ended, or nobody may look
                continue
            with suppress(ProcessLookupError):  # it ends just now
                soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (_limit(used, count), hard))
                before[pid] = soft, hard
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
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
