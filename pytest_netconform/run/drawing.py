"""How each kind of generated value is drawn: the table STRATEGIES, from a generator's model to Hypothesis.

Text and bytes are built from lists, not by `st.text` and `st.characters`, which keep their tables on disk.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..suite.encodings import normal, writes
from ..suite.generators import AnyBytes, AnyCuts, AnyNumber, AnyText, Generator, is_encoding
from .stage import NotApplicable

MOST_CUTS = 8
"""Each cut waits until the server has read what came before."""
LONGEST_PIECE = 16
"""Some characters; what is left after the last cut may be longer."""

Values = dict[str, Any]


def values(given: Mapping[str, Generator], encoding: str) -> SearchStrategy[Values]:
    """All values of a check's `given`, in its order. Raises NotApplicable where the encoding has no
    character that a text may have."""
    strategies = {name: STRATEGIES[type(made)](made, encoding) for name, made in given.items()}

    def placed(drawn: Values) -> Values:
        """With the pieces of cuts as places in their data."""
        cuts = {name: made.cuts for name, made in given.items() if isinstance(made, AnyCuts)}
        return drawn | {
            name: _places(drawn[name], _size(drawn[data], encoding)) for name, data in cuts.items()
        }

    return st.fixed_dictionaries(strategies).map(placed)


def _text(made: AnyText, encoding: str) -> SearchStrategy[str]:
    groups = _groups(made.text.characters or encoding, normal(encoding))
    if not groups:
        raise NotApplicable(f"{encoding} has none of the characters {made.text.characters!r}")
    low, high = made.text.bounds
    characters = st.one_of([st.sampled_from(group) for group in groups])
    return _lists(characters, low, high).map("".join)


def _bytes(made: AnyBytes, encoding: str) -> SearchStrategy[bytes]:
    low, high = made.bytes.bounds
    return _lists(st.integers(0, 255), low, high).map(bytes)


def _lists(elements: SearchStrategy[Any], low: int, high: int) -> SearchStrategy[list[Any]]:
    """Of short and long ones as many; by itself Hypothesis prefers a handful of elements."""
    least = st.sampled_from(sorted({low, low + (high - low) // 4, low + (high - low) // 2}))
    return least.flatmap(lambda size: st.lists(elements, min_size=size, max_size=high))


def _number(made: AnyNumber, encoding: str) -> SearchStrategy[int]:
    return st.integers(*made.number.bounds)


def _pieces(made: AnyCuts, encoding: str) -> SearchStrategy[list[int]]:
    """Lengths, not places, so that data gets smaller without moving the cuts before."""
    return st.lists(st.integers(1, LONGEST_PIECE), max_size=MOST_CUTS)


STRATEGIES: dict[type[Generator], Callable[[Any, str], SearchStrategy[Any]]] = {
    AnyText: _text,
    AnyBytes: _bytes,
    AnyNumber: _number,
    AnyCuts: _pieces,
}


def _size(data: str | bytes, encoding: str) -> int:
    return len(data) if isinstance(data, bytes) else len(data.encode(encoding))


def _places(pieces: list[int], size: int) -> tuple[int, ...]:
    """Where data of `size` bytes is cut into such pieces; what is left is the last one."""
    return tuple(place for place in itertools.accumulate(pieces) if place < size)


# ---------------------------------------------------------------- characters

BMP = range(0x20, 0x10000)
BEYOND = range(0x20000, 0x20100)
"""Some of the characters with four bytes in UTF-8."""

GB18030_DISPUTED = frozenset("ɑɡḿǹ") | frozenset(map(chr, range(0x9FB4, 0x9FBC)))
"""GB 18030-2005 and -2022, and the tables made after each, give these different codes."""


@cache
def _groups(characters: str, encoding: str) -> tuple[str, ...]:
    """The characters that may be drawn, the simplest group first: of an encoding those on which its
    implementations agree; of characters by name those that `encoding` has.

    Grouped by how they are encoded: how many bytes, and whether a later byte looks like ASCII, so that
    rare kinds are drawn as often as the others.
    """
    if is_encoding(characters):
        both = {normal(characters), encoding}
        pool = [char for char in _candidates(both) if all(_is_agreed(char, name) for name in both)]
    else:
        pool = [char for char in sorted(set(characters)) if writes(char, encoding)]
    groups: dict[tuple[int, bool], list[str]] = {}
    for char in pool:
        code = char.encode(encoding)
        groups.setdefault((len(code), any(byte < 0x80 for byte in code[1:])), []).append(char)
    return tuple("".join(sorted(groups[key], key=_simplest_first)) for key in sorted(groups))


def _candidates(encodings: Iterable[str]) -> list[str]:
    """The letters that come back from each encoding as they went in; all at once, since a look at each of
    them takes long. Each has a line of its own, so that none changes another."""
    kept = _letters()
    for encoding in encodings:
        lines = "\n".join(kept).encode(encoding, "ignore").decode(encoding, "ignore").split("\n")
        kept = [char for char, line in zip(kept, lines, strict=True) if char == line]
    return kept


@cache
def _letters() -> list[str]:
    return [char for char in map(chr, (*BMP, *BEYOND)) if char.isascii() or _is_letter(char)]


def _is_letter(char: str) -> bool:
    """Written from left to right."""
    return char.isalpha() and unicodedata.bidirectional(char) == "L"


def _simplest_first(char: str) -> tuple[bool, str]:
    return not (char.isalpha() and char.islower()), char


def _is_agreed(char: str, name: str) -> bool:
    """Of the candidates, in ASCII all that prints; the rest are letters that are written from left to right.

    Symbols, blanks and private characters are where implementations of one encoding differ (WHATWG
    Encoding, legacy multi-byte encodings)."""
    if char.isascii():
        return char.isprintable() and not (char in "\\~" and name in WITH_YEN)
    if name not in GB or char in GB18030_DISPUTED:
        return name not in GB
    code = char.encode(name)
    return not (code[0] == 0xFE and len(code) == 2)


GB = frozenset({"gbk", "gb18030"})
WITH_YEN = frozenset({"shift_jis", "cp932", "euc_kr"})
"""Encodings in which some implementations read 5C and 7E as other characters."""
