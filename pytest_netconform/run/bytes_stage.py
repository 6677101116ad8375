"""The stage for bytes that are exchanged with a target whose replies are known: an echo or a fixed text."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..actors.client import Client
from ..deadline import Deadline
from ..suite.matching import Expected
from .stage import NEWCOMER, Stage


@dataclass
class BytesStage(Stage):
    """`answered`: the last replies that each client got."""

    answered: dict[str, tuple[bytes, ...]] = field(default_factory=dict)

    def connect(self, name: str, receive_buffer: int | None = None) -> Client:
        self.answered.pop(name, None)
        return super().connect(name, receive_buffer)

    @abstractmethod
    def send(self, actor: Client, data: bytes) -> None: ...

    @abstractmethod
    def receive(self, actor: Client, expected: Expected, deadline: Deadline | None = None) -> None:
        """Wait until what was expected has arrived, and take it. Raises Mismatch as soon as it can no
        longer come."""

    def receive_all(self, actor: Client, several: Sequence[Expected], deadline: Deadline) -> None:
        """Several expectations, in the order that the transport keeps."""
        for expected in several:
            self.receive(actor, expected, deadline)

    def exchange(self, actor: Client, data: bytes) -> None:
        """Send data and receive the reply to it."""
        self.exchange_all([(actor, data)])

    def fence(self, actor: Client, data: bytes) -> None:
        """An exchange whose reply proves that nothing came before it."""
        self.exchange(actor, data)

    def exchange_all(self, messages: Sequence[tuple[Client, bytes]]) -> None:
        """Send everything, then receive the replies, in the same order of clients."""
        for actor, data in messages:
            self.send(actor, data)
        for actor, data in messages:
            self.receive(actor, self.part.replies.to(data))

    def newcomer(self) -> None:
        """Two new clients, one after the other, do a full exchange each: the first reply may still be
        on its way while the server dies, the second connection finds out.

        For a target that never replies: they are accepted and what they send is read."""
        for data in (b"first", b"second"):
            actor = self.connect(NEWCOMER)
            if self.part.profile.has("replies"):
                self.exchange(actor, data)
            else:
                self.ignored.add(NEWCOMER)
                self.send(actor, data)
                self.await_read(actor)
            self.close(actor)
