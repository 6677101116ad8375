"""What is looked at of a wrong answer: the evidence, and the part of it around the first difference. Pure.

It is bounded, however long the reply is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .result import Received

WINDOW = 64 * 1024
"""Bytes around the first difference that are looked at."""
BEFORE = 4 * 1024
"""Bytes of them before the difference, where it is not near the beginning."""
HEAD = 8 * 1024
"""Bytes of a reply that was right that are kept."""
ENOUGH = 16
"""Bytes beyond the difference that must agree where not all is known."""
FRAGMENT = 8
"""The shortest piece of a message that is known again."""
BELOW_ANY_CHARACTER = re.compile(rb"[\x00-\x2f]")
"""Bytes that are no part of a longer character in UTF-8, GBK or GB18030."""


@dataclass(frozen=True)
class Evidence:
    """What is known of one mismatch.

    `expected` was due next and `received` came in its place; `complete` tells that nothing more can
    come. `answered` are the last replies of this connection that were right, oldest first, of which
    at most HEAD bytes are kept. `sent` is what this client sent, `others` what the other clients of the
    check sent, `earlier` what was sent on connections that have gone.
    `half_closed`: the client has ended its side; `answers_end`: another that did so at once got an answer.
    `elsewhere`: what was due came to another client. `waited_for`: after what the missing reply came.
    `printed` is the server's output where text is missing from it, and `expected` then that text;
    `whole_characters` tells that no client of the check has left half a character."""

    expected: bytes
    received: bytes = b""
    got: Received | None = None
    ended: bool = False
    missed: bool = False
    complete: bool = False
    encoding: str = "utf-8"
    acknowledgement: bytes = b""
    acknowledges: bool = False
    answered: tuple[bytes, ...] = ()
    sent: tuple[bytes, ...] = ()
    others: tuple[bytes, ...] = ()
    earlier: tuple[bytes, ...] = ()
    half_closed: bool = False
    answers_end: bool = False
    elsewhere: bool = False
    waited_for: str = ""
    printed: bytes | None = None
    whole_characters: bool = True


@dataclass(frozen=True)
class View:
    """The part of the evidence around the first difference, which stands at `at`.

    `due` and `came` begin at `base`; `whole` tells that they are all there is."""

    of: Evidence
    due: bytes
    came: bytes
    at: int
    base: int
    whole: bool

    @property
    def surplus(self) -> bytes:
        """What came after everything that was due."""
        return self.came[self.at :] if self.at == len(self.due) else b""


def view_of(evidence: Evidence) -> View:
    """The part that signatures are looked for in."""
    due, came = _restated(evidence)
    at = difference(due, came)
    base = 0 if at < WINDOW // 2 else _start_of_character(due, at - BEFORE, at)
    window = slice(base, base + WINDOW)
    whole = base == 0 and max(len(due), len(came)) <= WINDOW
    return View(evidence, due[window], came[window], at - base, base, whole)


def _restated(evidence: Evidence) -> tuple[bytes, bytes]:
    """(what was due, what came). What is too much belongs to the reply before it."""
    if evidence.printed is not None:
        return evidence.expected, b""
    last = evidence.answered[-1] if evidence.answered else b""
    if evidence.got == "extra":
        return last, last + evidence.received[:WINDOW]
    before = evidence.received[:WINDOW].find(evidence.expected[:FRAGMENT])
    if last and before > 0 and evidence.received.startswith(evidence.expected, before):
        return last, last + evidence.received[:before]
    return evidence.expected, evidence.received


def difference(one: bytes, other: bytes) -> int:
    """The index of the first byte that differs, or where the shorter one ends."""
    end = min(len(one), len(other))
    for start in range(0, end, WINDOW):
        window = slice(start, min(start + WINDOW, end))
        if one[window] != other[window]:
            pairs = enumerate(zip(one[window], other[window], strict=True))
            return start + next(i for i, (a, b) in pairs if a != b)
    return end


def _start_of_character(data: bytes, start: int, end: int) -> int:
    """A place from `start` on where surely no character is cut; `start` if none is seen."""
    found = BELOW_ANY_CHARACTER.search(data, start, end)
    return found.end() if found else start


def came_as(view: View, made: bytes | None) -> bool:
    """Whether what came is `made` of what was due, by a change that shows."""
    if made is None or made == view.due or not view.due or not view.came:
        return False
    if view.whole:
        return view.came == made
    common = min(len(made), len(view.came))
    return common >= view.at + ENOUGH and view.came[:common] == made[:common]


def came_as_any(view: View, many: Iterable[bytes | None]) -> bool:
    return any(came_as(view, made) for made in many)


def decoded(data: bytes, encoding: str, errors: str = "strict", *, cut: bool = False) -> str | None:
    """`cut` tells that the last character may be incomplete."""
    try:
        return codecs.getincrementaldecoder(encoding)(errors).decode(data, not cut)
    except (ValueError, LookupError):
        return None


def encoded(text: str | None, encoding: str, errors: str = "strict") -> bytes | None:
    try:
        return text.encode(encoding, errors) if text is not None else None
    except (ValueError, LookupError):
        return None


def name_of(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""
