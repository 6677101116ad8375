"""A target: what the user named and typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .limits import Limits
from .rungs import Rung
from .sockets import Transport

if TYPE_CHECKING:
    from .instance import Instance


@dataclass(frozen=True)
class Target:
    """A server under test: a name and a command line.

    `cwd` is the folder in which it runs (default: the current one), `env` an addition to its
    environment, `port` where it certainly listens, `start_timeout` seconds until it must listen.
    `transport` is what it must be reached by, where that is known; None: whatever it offers, TCP first.
    `rung` is how far its instances are shut in, see rungs.py; `shown` are files and folders that they see
    there although they are private; `limits` hold on every rung.
    """

    name: str
    command: str
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    start_timeout: float = 10.0
    transport: Transport | None = None
    rung: Rung = "process"
    shown: tuple[Path, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def start(self) -> Instance:
        """A running copy that listens. Raises TargetError, UsageError or EnvironmentFault."""
        from .start import start

        return start(self)
