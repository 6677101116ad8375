"""Decides whether what has arrived is what was expected, as early as it can be known. Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..payload import quoted

State = Literal["matched", "more", "different"]


@dataclass(frozen=True)
class Answer:
    """`matched`: the first `used` bytes are what was expected.

    `more`: it may still come, and the first `used` bytes agree for good.
    `different`: it can no longer come; `used` is the index of the first byte that differs.
    """

    state: State
    used: int = 0


MORE = Answer("more")


@dataclass(frozen=True)
class Expected:
    """What should arrive.

    `look(received, agreed)` judges all that a byte stream has brought, of which an earlier answer said
    that so many bytes agree. `whole(datagram)` judges one datagram, which has an end of its own.
    `exact` is the expectation itself where it is known byte by byte.
    """

    look: Callable[[bytearray, int], Answer]
    whole: Callable[[bytes], bool]
    said: str
    exact: bytes | None = None


def first_difference(expected: bytes, received: bytes | bytearray, start: int = 0) -> int | None:
    """The index of the first byte that differs in the part that both have; None where they agree."""
    end = min(len(expected), len(received))
    if expected[start:end] == received[start:end]:
        return None
    return next(i for i in range(start, end) if expected[i] != received[i])


def exactly(data: bytes, said: str) -> Expected:
    def look(received: bytearray, agreed: int) -> Answer:
        at = first_difference(data, received, agreed)
        if at is not None:
            return Answer("different", at)
        complete = len(received) >= len(data)
        return Answer("matched", len(data)) if complete else Answer("more", len(received))

    return Expected(look, data.__eq__, said, exact=data)


def containing(data: bytes, said: str) -> Expected:
    def look(received: bytearray, agreed: int) -> Answer:
        at = received.find(data)
        return MORE if at < 0 else Answer("matched", at + len(data))

    return Expected(look, lambda datagram: data in datagram, said)


def of_length(count: int, said: str) -> Expected:
    def look(received: bytearray, agreed: int) -> Answer:
        return Answer("matched", count) if len(received) >= count else MORE

    return Expected(look, lambda datagram: len(datagram) == count, said)


def each_once(several: Sequence[Expected], datagrams: Sequence[bytes]) -> bool:
    """Whether every datagram is what another one of these expectations expects.

    One datagram may fit several of them: a matching of the two sides is looked for, by augmenting paths.
    """
    taken: dict[int, int] = {}

    def finds_place(datagram: int, tried: set[int]) -> bool:
        for place, expected in enumerate(several):
            if place not in tried and expected.whole(datagrams[datagram]):
                tried.add(place)
                if place not in taken or finds_place(taken[place], tried):
                    taken[place] = datagram
                    return True
        return False

    return all(finds_place(datagram, set()) for datagram in range(len(datagrams)))


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Raises ValueError where `pattern` is no regular expression of Python's `re`."""
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as exc:
        raise ValueError(f"{quoted(pattern)} is no regular expression: {exc}") from None


def matching(pattern: str, encoding: str, said: str) -> Expected:
    """Raises ValueError as `compile_pattern` does."""
    compiled = compile_pattern(pattern)

    def look(received: bytearray, agreed: int) -> Answer:
        found = compiled.match(_whole_characters(received, encoding))
        return Answer("matched", _bytes_of(len(found[0]), received, encoding)) if found else MORE

    def whole(datagram: bytes) -> bool:
        return compiled.fullmatch(datagram.decode(encoding, "replace")) is not None

    return Expected(look, whole, said)


def _whole_characters(received: bytearray, encoding: str) -> str:
    """The text so far, without a character of which only a part has arrived."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(bytes(received))


def _bytes_of(count: int, received: bytearray, encoding: str) -> int:
    """How many bytes the first `count` characters took; bytes that are no text make characters too."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    characters = 0
    for i, byte in enumerate(received):
        if characters >= count:
            return i
        characters += len(decoder.decode(bytes([byte])))
    return len(received)


def any_of(choices: Sequence[Expected], said: str) -> Expected:
    def look(received: bytearray, agreed: int) -> Answer:
        answers = [choice.look(received, 0) for choice in choices]
        for state in ("matched", "more"):
            if found := [answer for answer in answers if answer.state == state]:
                return found[0] if state == "matched" else MORE
        return max(answers, key=lambda answer: answer.used)

    return Expected(look, lambda datagram: any(choice.whole(datagram) for choice in choices), said)
