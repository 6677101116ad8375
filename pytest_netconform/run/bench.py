"""The instances of one target: one that checks share, and fresh ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..target import Instance, Target


@dataclass
class Bench:
    """One target under test in this process, and its instance that checks share.

    `rivals` are targets that want the same hard-coded port: only one of them can run."""

    target: Target
    instance: Instance | None = None
    last_played: str = ""
    rivals: list[Bench] = field(default_factory=list)

    def shared(self) -> Instance:
        """The instance that checks share; a new one where it has died or does not accept."""
        if self.instance is not None and not self.instance.serves():
            self.retire()
        if self.instance is None:
            self.instance = self._start()
            self.last_played = ""
        return self.instance

    def _start(self) -> Instance:
        for rival in self.rivals:
            rival.retire()
        return self.target.start()

    def retire(self) -> None:
        """Stop the shared instance, so that nothing of it colours the next check."""
        instance, self.instance = self.instance, None
        if instance is not None:
            instance.stop()

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Instance]:
        """An instance for one playing. With a port of its own it runs beside the shared one."""
        if self.instance is not None and not self.instance.takes_port:
            self.retire()
        instance = self._start()
        try:
            yield instance
        finally:
            instance.stop()
