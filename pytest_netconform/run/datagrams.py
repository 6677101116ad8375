"""The stage for datagrams: each is received whole, and nothing but an answer tells that one was read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from ..actors.client import Client, Refused
from ..actors.udp import TooLong, UdpActor, heard_from_anybody
from ..deadline import Deadline, DeadlineMissed, poll
from ..payload import excerpt
from ..suite.evaluate import BadValue
from ..suite.matching import Expected, each_once, first_difference
from .bytes_stage import BytesStage
from .stage import SHOWN_WHOLE, Mismatch

MOST_UNANSWERED = 16
MOST_UNANSWERED_BYTES = 8 * 1024
"""A socket's buffer drops what does not fit, which is no fault of a server: it is never filled."""
QUIET = 0.1
"""Seconds for the server to have nothing more to do; a sleeping one takes microseconds."""
STRANGER = 0.5
"""Seconds for an answer from another port, when the right port has not answered at all."""


def as_datagrams(actor: Client) -> UdpActor:
    """Suites for UDP connect no other clients."""
    assert isinstance(actor, UdpActor)
    return actor


class DatagramStage(BytesStage):
    """A Stage whose clients are UdpActors."""

    def new_client(self, name: str) -> UdpActor:
        return UdpActor(name, self.instance, self.transcript.note)

    def send(self, actor: Client, data: bytes) -> None:
        try:
            actor.send(data, self.deadline)
        except TooLong as exc:
            raise BadValue(str(exc)) from exc
        except Refused as exc:
            raise Mismatch(
                f"{actor.name} cannot send", expected="a server on its port", received=str(exc), got="nothing"
            ) from None

    def receive(self, actor: Client, expected: Expected, deadline: Deadline | None = None) -> None:
        datagram = self._next(actor, _wanted(expected), deadline or self.deadline)
        if not expected.whole(datagram):
            raise different(actor, expected, datagram)

    def receive_all(self, actor: Client, several: Sequence[Expected], deadline: Deadline) -> None:
        """In any order: UDP keeps none."""
        wanted = f"{', '.join(map(_wanted, several))}, in any order"
        received: list[bytes] = []
        while len(received) < len(several):
            so_far = f"{len(received)} of {len(several)} datagrams" if received else "nothing"
            received.append(self._next(actor, wanted, deadline, so_far))
            if not each_once(several, received):
                raise Mismatch(
                    f"{actor.name} received something else",
                    expected=wanted,
                    received=_said(received[-1]),
                    got="different",
                )

    def exchange_all(self, messages: Sequence[tuple[Client, bytes]]) -> None:
        for few in _few_at_once(messages):
            super().exchange_all(few)

    def _next(self, actor: Client, wanted: str, deadline: Deadline, so_far: str = "nothing") -> bytes:
        """The next datagram, whatever it is. Raises Mismatch where none comes."""
        got = "nothing" if so_far == "nothing" else "short"
        text = f"{actor.name} received {'no' if got == 'nothing' else 'only a part of the'} reply"
        try:
            return as_datagrams(actor).receive(deadline)
        except Refused as exc:
            raise Mismatch(text, expected=wanted, received=str(exc), got=got) from None
        except DeadlineMissed:
            self._refuse_stranger(as_datagrams(actor))
            received = f"{so_far} within {deadline.seconds:.1f} s"
            raise Mismatch(text, expected=wanted, received=received, got=got, missed=True) from None

    def _refuse_stranger(self, actor: UdpActor) -> None:
        """The client sees only what comes from the port that it asked; perhaps another one answers."""
        if self.paused:
            return
        asked = self.instance.address()
        heard = heard_from_anybody(self.instance, actor.last_sent, Deadline(STRANGER * self.part.patience))
        if heard is not None and heard[1] != asked:
            raise Mismatch(
                f"{actor.name}'s reply comes from another port than the one that was asked",
                expected=f"a datagram from {_place(asked)}",
                received=f"a datagram from {_place(heard[1])}",
                got="nothing",
            )

    def await_read(self, actor: Client) -> None:
        """It cannot be seen."""

    # ------------------------------------------------------------ the end of a check

    def prove_nothing_more(self, actors: list[Client]) -> None:
        """One more exchange of each client brings its reply and no other datagram; nor does one come
        until the server, if that can be seen, has nothing more to do."""
        if self.may_die:
            return
        for actor in actors:
            self.read_available(actor)
            self.refuse_surplus(actor)
            if self.part.profile.has("replies"):
                self.fence(actor, b"end")
        if actors:
            self._await_quiet()
        for actor in actors:
            self.read_available(actor)
            self.refuse_surplus(actor)

    def close(self, actor: Client) -> None:
        self._await_quiet()
        super().close(actor)

    def _await_quiet(self) -> None:
        """A paused server sleeps too; one that is never seen to sleep is not waited for any longer."""
        with contextlib.suppress(DeadlineMissed):
            poll(self.instance.asleep, Deadline(QUIET), "")

    def fence(self, actor: Client, data: bytes) -> None:
        reply = self.part.replies.to(data)
        self.send(actor, data)
        datagram = self._next(actor, _wanted(reply), self.deadline)
        if not reply.whole(datagram):
            raise surplus(actor, datagram)

    def refuse_surplus(self, actor: Client, *, complete: bool = True) -> None:
        received = as_datagrams(actor).received
        if received and actor.name not in self.ignored:
            raise surplus(actor, received[0])

    def read_available(self, actor: Client) -> None:
        """That nobody is there any more is found by who asks next."""
        with contextlib.suppress(Refused):
            actor.read_available()


def _few_at_once(messages: Sequence[tuple[Client, bytes]]) -> Iterator[list[tuple[Client, bytes]]]:
    """As many as may be unanswered at the same time."""
    few: list[tuple[Client, bytes]] = []
    for actor, data in messages:
        size = len(data) + sum(len(earlier) for _, earlier in few)
        if few and (len(few) == MOST_UNANSWERED or size > MOST_UNANSWERED_BYTES):
            yield few
            few = []
        few.append((actor, data))
    yield few


# ---------------------------------------------------------------- how mismatches are told


def different(actor: Client, expected: Expected, datagram: bytes) -> Mismatch:
    exact = expected.exact
    if exact is None or len(exact) <= SHOWN_WHOLE or len(exact) != len(datagram):
        what, got = _how(exact, datagram)
        return Mismatch(
            f"{actor.name} received {what}", expected=_wanted(expected), received=_said(datagram), got=got
        )
    at = first_difference(exact, datagram) or 0
    return Mismatch(
        f"{actor.name} received something else, from byte {at} of {len(exact)} on",
        expected=excerpt(exact[at : at + 16]),
        received=excerpt(datagram[at : at + 16]),
        got="different",
    )


def _how(exact: bytes | None, datagram: bytes) -> tuple[str, str]:
    if exact is not None and exact.startswith(datagram):
        return "only a part of the reply", "short"
    if exact is not None and datagram.startswith(exact):
        return "more than the reply", "extra"
    return "something else", "different"


def surplus(actor: Client, datagram: bytes) -> Mismatch:
    return Mismatch(
        f"{actor.name} received a datagram too many",
        expected="nothing more",
        received=_said(datagram),
        got="extra",
    )


def _wanted(expected: Expected) -> str:
    return _said(expected.exact) if expected.exact is not None else f"a datagram: {expected.said}"


def _said(datagram: bytes) -> str:
    """`a datagram of 5 bytes: "hello" (68 65 6c 6c 6f)`; of a long one only how long it is."""
    size = f"a datagram of {len(datagram)} byte{'' if len(datagram) == 1 else 's'}"
    return f"{size}: {excerpt(datagram)}" if 0 < len(datagram) <= SHOWN_WHOLE else size


def _place(address: tuple[str, int]) -> str:
    host, port = address
    return f"port {port} of {host}"
