"""What a target speaks, and which of the things that an assignment leaves open it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from ..errors import UsageError, did_you_mean
from ..suite.matching import Expected, exactly
from ..suite.model import FEATURES, Suite
from ..target import Target, Transport

Speaks = Literal["echo", "acknowledge", "socketio", "nothing", "unknown"]

ASSUMED = frozenset({"concurrent", "many-messages"})
"""Features that a probe does not decide: a server without them is wrong unless the assignment says
so, which `--target-profile no-concurrent` declares."""


@dataclass(frozen=True)
class Profile:
    """Found by the probe, corrected by what was declared. `seen` is one sentence for people.

    `encoding` is the one in which the target understands text, `prints_in` the one of its output;
    empty where that was not seen. `transport` is how it was reached, `reply_in` the encoding in which the
    acknowledgement `reply` came where that matters."""

    speaks: Speaks
    seen: str
    features: frozenset[str] = ASSUMED
    reply: str = ""
    encoding: str = ""
    prints_in: str = ""
    transport: Transport = "tcp"
    reply_in: str = ""

    def has(self, feature: str) -> bool:
        """Whether the target has it; `no-FEATURE` asks whether it has not."""
        if feature.startswith("no-"):
            return not self.has(feature.removeprefix("no-"))
        return feature in self.features

    def lacking(self, needs: Iterable[str]) -> str | None:
        """The first feature of `needs` that the target does not have."""
        return next((need for need in needs if not self.has(need)), None)

    @property
    def kind(self) -> str:
        """The word of `applies_to` in suites for such a target."""
        return "socketio" if self.speaks == "socketio" else self.transport

    def fits(self, suite: Suite) -> bool:
        """Whether a suite that nobody named is for such a target."""
        return self.kind == suite.applies_to and self.lacking(suite.needs) is None

    def declared(self, words: Sequence[str]) -> Profile:
        """With what the user declares, as `prints` or `no-concurrent`. Raises UsageError."""
        features = set(self.features)
        for word in words:
            feature = word.removeprefix("no-")
            if feature not in FEATURES:
                hint = did_you_mean(feature, FEATURES) or f"; they are {', '.join(FEATURES)}"
                raise UsageError(f"--target-profile: no feature is called {feature!r}{hint}")
            (features.discard if word.startswith("no-") else features.add)(feature)
        declared = replace(self, features=frozenset(features))
        return declared.speaking("echo") if "echo" in words else declared

    def speaking(self, speaks: Speaks, reply: str = "") -> Profile:
        """As if the probe had found this: for a suite that was chosen by hand. The acknowledgement that
        was seen stays known."""
        others = self.features - {"echo", "acknowledge", "replies"}
        reply = reply or self.reply
        reply_in = self.reply_in if reply == self.reply else ""
        return replace(
            self, speaks=speaks, reply=reply, reply_in=reply_in, features=others | features_of(speaks)
        )

    def acknowledgement(self, encoding: str) -> bytes:
        """The reply's bytes: as they were seen, or as the suite's encoding writes what was declared."""
        return self.reply.encode(self.reply_in or encoding, "replace")

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "features": sorted(self.features)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Profile:
        return cls(**{**data, "features": frozenset(data["features"])})


@dataclass(frozen=True)
class Probed:
    """What the probe of a target brought: its profile, or why it could not be tested."""

    profile: Profile | None
    port: int = 0
    takes_port: bool = True
    also_listens: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    blame: str = ""
    fault: str = ""
    explanation: tuple[str, ...] = ()

    def declared(self, words: Sequence[str]) -> Probed:
        """See `Profile.declared`."""
        return replace(self, profile=self.profile.declared(words)) if self.profile else self

    def reached(self, target: Target) -> Target:
        """The target, to be reached from now on as it was when it was probed."""
        return replace(target, transport=self.profile.transport) if self.profile else target

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for another process."""
        return {**vars(self), "profile": self.profile.as_dict() if self.profile else None}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Probed:
        tuples = {key: tuple(data[key]) for key in ("also_listens", "notes", "explanation")}
        profile = Profile.from_dict(data["profile"]) if data["profile"] else None
        return cls(**{**data, **tuples, "profile": profile})


def features_of(speaks: Speaks) -> frozenset[str]:
    return {
        "echo": frozenset({"echo", "replies"}),
        "acknowledge": frozenset({"acknowledge", "replies"}),
    }.get(speaks, frozenset())


@dataclass(frozen=True)
class Replies:
    """What a target answers to data, and how much of it may come: an echo, or one fixed text.

    An acknowledging server without frames may answer each piece that it reads: several messages may
    get one acknowledgement and one message several, but never more than it was sent bytes.
    """

    acknowledgement: bytes | None

    def to(self, data: bytes) -> Expected:
        if self.acknowledgement is None:
            return exactly(data, "the same bytes")
        return exactly(self.acknowledgement, "the acknowledgement")

    def is_surplus(self, rest: bytes, arrived: int, sent: int, complete: bool) -> bool:
        """Whether `rest`, which no step took, is more than the target may send.

        `complete` tells that nothing more can come, so that half an acknowledgement is one too many."""
        ack = self.acknowledgement
        if not ack:
            return bool(rest)
        whole = -(-len(rest) // len(ack))
        if complete and len(rest) != whole * len(ack):
            return True
        return (ack * whole)[: len(rest)] != rest or arrived > sent * len(ack)
