"""Wrong answers that come of a wrong encoding: predicates for signature.py."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from .view import View, came_as, came_as_any, decoded, encoded, name_of

FFFD = "\ufffd".encode()


def _recoded(view: View, sources: Iterable[str], targets: Iterable[str]) -> Iterator[bytes | None]:
    """What was due, read in one encoding and written in another."""
    for source, target in itertools.product(dict.fromkeys(sources), targets):
        if name_of(source) != name_of(target):
            for errors in ("strict", "replace"):
                yield encoded(decoded(view.due, source, errors, cut=not view.whole), target)


def as_utf_8(view: View) -> bool:
    return came_as_any(view, _recoded(view, (view.of.encoding, "gbk", "gb18030"), ("utf-8",)))


def as_gbk(view: View) -> bool:
    return came_as_any(view, _recoded(view, (view.of.encoding, "utf-8"), ("gbk", "gb18030")))


def as_utf_16(view: View) -> bool:
    targets = ("utf-16-le", "utf-16-be", "utf-16")
    return came_as_any(view, _recoded(view, (view.of.encoding, "gbk"), targets))


def decoded_as_latin_1(view: View) -> bool:
    if view.of.printed is not None:
        return not view.due.isascii() and view.due.decode("latin-1").encode() in view.of.printed
    return came_as_any(view, _recoded(view, ("latin-1", "cp1252"), ("utf-8",)))


def decoded_as_utf_8(view: View) -> bool:
    """In the output only: what was meant in another encoding is valid UTF-8 by chance."""
    if view.of.printed is None or view.due.isascii() or decoded(view.due, "utf-8") is None:
        return False
    return name_of(view.of.encoding) != "utf-8" and view.due in view.of.printed


def replacement_character(view: View) -> bool:
    if view.of.printed is not None:
        return FFFD in view.of.printed and view.of.whole_characters
    return any(
        view.came[i : i + 3] == FFFD != view.due[i : i + 3]
        for i in range(max(0, view.at - 2), view.at + 1)
        if i < len(view.due)
    )


def question_marks(view: View) -> bool:
    if view.came[view.at : view.at + 1] != b"?" or view.due.isascii():
        return False
    sources = dict.fromkeys((view.of.encoding, "utf-8", "gbk", "ascii", "latin-1"))
    texts = (decoded(view.due, source, "replace", cut=not view.whole) for source in sources)
    targets = ("ascii", "gbk", "latin-1", view.of.encoding)
    return any(came_as_any(view, (encoded(text, t, "replace") for t in targets)) for text in texts)


def undecodable_dropped(view: View) -> bool:
    for source in dict.fromkeys((view.of.encoding, "utf-8", "gbk", "ascii")):
        text = decoded(view.due, source, "ignore", cut=not view.whole)
        if text and came_as(view, encoded(text, source)):
            return True
    return False
