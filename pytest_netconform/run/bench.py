"""The instances of one target: one that checks share, and fresh ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..target import Instance, Target

MOST_MESSAGES = 32
MOST_BYTES = 128


@dataclass
class Bench:
    """One target under test in this process, and its instance that checks share.

    `rivals` are targets that want the same hard-coded port: only one of them can run."""

    target: Target
    instance: Instance | None = None
    last_played: str = ""
    heard: tuple[bytes, ...] = ()
    """The last messages that the shared instance was sent, each cut: some KiB at most."""
    rivals: list[Bench] = field(default_factory=list)

    def shared(self) -> Instance:
        """The instance that checks share; a new one where it has died or does not accept."""
        if self.instance is not None and not self.instance.serves():
            self.retire()
        if self.instance is None:
            self.instance = self._start()
            self.last_played, self.heard = "", ()
        return self.instance

    def remember(self, messages: Iterable[bytes]) -> None:
        """What the shared instance was sent in one check."""
        cut = [message[:MOST_BYTES] for message in messages]
        self.heard = (*self.heard, *cut)[-MOST_MESSAGES:]

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
        """An instance for one playing. Where it can, it runs beside the shared one."""
        if self.instance is not None and self.instance.excludes_others:
            self.retire()
        instance = self._start()
        try:
            yield instance
        finally:
            instance.stop()
