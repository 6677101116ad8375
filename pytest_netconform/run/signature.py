"""Which defect a wrong answer looks like. Pure: from what is known of a mismatch to a name.

Nothing is claimed that the bytes do not show: where two defects would look alike, or only a few bytes
could agree by chance, the answer is None. What is looked at is bounded, however long the reply is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from ..suite.signatures import SIGNATURES
from . import encodings
from .view import (
    ENOUGH,
    FRAGMENT,
    HEAD,
    WINDOW,
    Evidence,
    View,
    came_as,
    came_as_any,
    decoded,
    difference,
    encoded,
    view_of,
)

AHEAD = 1024 * 1024
"""Bytes after the difference in which a moved piece is searched."""
PIECE = 128
"""Bytes by which a moved piece is known again: numbered lines differ in their numbers only."""
TOKEN = 4
"""The shortest message that is known again in what somebody else received."""
BUFFERS = frozenset({1000, 10_000, *(2**power for power in range(6, 18))})
IN_OTHER_NOTATION = re.compile(
    rb"<Buffer( [0-9a-f]{2})+"  # Node
    rb'|\{"type":"Buffer","data":\['
    rb"|\[B@[0-9a-f]{3,8}"  # Java
)

Predicate = Callable[[View], bool]


def looks_like(evidence: Evidence) -> str | None:
    """The name of the first signature that fits, one of SIGNATURES; None where nothing is clear."""
    view = view_of(evidence)
    return next((name for name, fits in PREDICATES.items() if fits(view)), None)


def sentence(name: str, lang: str) -> str:
    """What the signature says, in English or in Chinese."""
    en, zh = SIGNATURES[name]
    return zh if lang == "zh" else en


# ---------------------------------------------------------------- somebody else's bytes


def _echo_for_acknowledgement(view: View) -> bool:
    if not view.of.acknowledges or not view.of.sent or view.of.acknowledgement in view.of.sent[-1]:
        return False
    sent, came = view.of.sent[-1], view.of.received
    common = min(len(sent), len(came))
    return common >= 2 and came[:common] == sent[:common] and (common == len(came) or common >= ENOUGH)


def _acknowledgement_for_echo(view: View) -> bool:
    ack, came = view.of.acknowledgement, view.of.received[:WINDOW]
    if view.of.acknowledges or len(ack) < 2 or view.of.got != "different" or len(came) < len(ack):
        return False
    return (ack * (len(came) // len(ack)) == came) and not view.of.expected.startswith(ack)


def _others_data(view: View) -> bool:
    return _known_again(view, view.of.others) or _half_of(view, view.of.others)


def _earlier_data(view: View) -> bool:
    return _known_again(view, view.of.earlier) or _half_of(view, view.of.earlier)


def _known_again(view: View, messages: tuple[bytes, ...]) -> bool:
    """Whether one of these messages came, or a good piece of one, that this client neither sent nor
    was due."""
    came = view.of.received[:HEAD]
    own = (view.of.expected, view.of.acknowledgement, *view.of.sent)
    foreign = _before_due(view, came)
    for message in messages:
        if _stands_among(view, message):
            return True
        if len(message) >= TOKEN and message in came and not any(message in one for one in own):
            return True
        if len(foreign) >= FRAGMENT and foreign in message and not any(foreign in one for one in own):
            return True
    return False


def _stands_among(view: View, message: bytes) -> bool:
    """Whether what came is what was due, with this short message in it: half a character, perhaps."""
    half = _incomplete_end(message, view.of.encoding) == message
    if not view.whole or not message or not view.due or (len(message) < 2 and not half):
        return False
    if message in view.of.sent or len(view.came) != len(view.due) + len(message):
        return False
    places = range(max(0, view.at - len(message)), view.at + 1)
    return any(view.came == view.due[:at] + message + view.due[at:] for at in places)


def _before_due(view: View, came: bytes) -> bytes:
    """The bytes that came in place of the right ones, or before them."""
    at = came.find(view.of.expected) if view.of.expected else -1
    return came[:at] if at >= 0 else came


def _half_of(view: View, messages: tuple[bytes, ...]) -> bool:
    """Whether the printed text begins with half a character of one of these messages."""
    if view.of.printed is None:
        return False
    for message in messages:
        half = _incomplete_end(message, view.of.encoding)
        text = decoded(half + view.due, view.of.encoding, "replace", cut=True) if half else None
        if text and "\ufffd" not in text and _is_printed(view, text):
            return True
    return False


def _incomplete_end(data: bytes, encoding: str) -> bytes:
    try:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        decoder.decode(data)
        return decoder.getstate()[0]
    except (ValueError, LookupError):
        return b""


def _is_printed(view: View, text: str) -> bool:
    forms = (encoded(text, "utf-8"), encoded(text, view.of.encoding))
    return any(form in (view.of.printed or b"") for form in forms if form)


# ---------------------------------------------------------------- notation and case


def _bytes_printed(view: View) -> bool:
    if view.of.printed is not None:
        return b"\\x" in (shown := repr(view.due)[2:-1].encode()) and shown in view.of.printed
    if view.due and view.came == f"[{' '.join(map(str, view.due[:HEAD]))}]".encode():  # Go
        return True
    if IN_OTHER_NOTATION.match(view.came) and not IN_OTHER_NOTATION.match(view.due):
        return True
    made = repr(view.due).encode()
    return came_as(view, made if view.whole else made[:-1])


def _changed(view: View, change: Callable[[str], str]) -> bytes | None:
    text = decoded(view.due, view.of.encoding, cut=not view.whole)
    return encoded(change(text), view.of.encoding) if text is not None else None


def _case_of_bytes(view: View) -> bool:
    for of_bytes, of_text in ((bytes.upper, str.upper), (bytes.lower, str.lower)):
        made = of_bytes(view.due)
        if came_as(view, made) and _ascii_changed(view, of_text) not in (None, made):
            return True
    return False


def _ascii_changed(view: View, change: Callable[[str], str]) -> bytes | None:
    return _changed(view, lambda text: "".join(change(c) if c.isascii() else c for c in text))


def _upper_cased(view: View) -> bool:
    return came_as_any(view, (view.due.upper(), _changed(view, str.upper)))


def _lower_cased(view: View) -> bool:
    return came_as_any(view, (view.due.lower(), _changed(view, str.lower)))


def _other_case(view: View) -> bool:
    return (
        len(view.due) > 1 and view.whole and view.came != view.due and view.came.lower() == view.due.lower()
    )


# ---------------------------------------------------------------- newlines and blanks


def _newline_added(view: View) -> bool:
    return bool(view.due) and view.surplus in (b"\n", b"\r\n", b"\r")


def _newline_stripped(view: View) -> bool:
    due = view.due
    made = (due.rstrip(b"\r\n"), due.replace(b"\n", b""), due.replace(b"\r", b"").replace(b"\n", b""))
    return came_as_any(view, made) or (b"\n" in (gap := _left_out(view)) and not gap.strip(b"\r\n"))


def _blanks_stripped(view: View) -> bool:
    made = (view.due.strip(), view.due.lstrip(), view.due.rstrip(), b"".join(view.due.split()))
    if came_as_any(view, made):
        return True
    gap = _left_out(view)
    return bool(gap) and not gap.strip() and not _byte_missing(view)


def _newlines_changed(view: View) -> bool:
    bare = view.due.replace(b"\r\n", b"\n")
    return came_as_any(view, (bare, bare.replace(b"\n", b"\r\n"), view.due.replace(b"\n", b"\r\n")))


# ---------------------------------------------------------------- copies and buffers


def _doubled(view: View) -> bool:
    if view.due and view.surplus:
        again = view.of.received[: len(view.due)] if view.of.got == "extra" else view.surplus
        only = len(view.surplus) == len(view.due) or len(view.due) == HEAD
        return only and again == view.due
    piece = view.came[view.at : 2 * view.at]
    return view.base == 0 and len(piece) >= FRAGMENT and view.due.startswith(piece)


def _flooded(view: View) -> bool:
    if not view.due or len(view.surplus) < 2 * len(view.due):
        return False
    times = len(view.surplus) // len(view.due) + 1
    return (view.due * times)[: len(view.surplus)] == view.surplus


def _reversed(view: View) -> bool:
    if len(view.due) < TOKEN:
        return False
    if view.whole:
        return came_as_any(view, (view.due[::-1], _changed(view, lambda text: text[::-1])))
    end = view.of.expected[-ENOUGH:]
    once = view.of.expected[-WINDOW:].count(end) == 1
    return once and view.at == 0 and view.came[:ENOUGH] == end[::-1]


def _old_bytes(view: View) -> bool:
    if len(view.of.answered) < 2 or len(view.surplus) < 2:
        return False
    old = view.of.answered[-2][len(view.due) :]
    surplus = view.surplus.rstrip(b"\0")
    return bool(surplus) and (old.startswith(surplus) or surplus == old)


def _nul_padded(view: View) -> bool:
    return bool(view.due) and len(view.surplus) > 1 and not view.surplus.strip(b"\0")


def _whole_buffer(view: View) -> bool:
    return b"\0" in view.surplus and 0 < len(view.due) < HEAD and len(view.came) in BUFFERS


def _breaks_off(view: View) -> bool:
    """The reply ends too early, or goes on with what was due later."""
    if view.base + view.at == 0 or view.at >= len(view.due):
        return False
    if view.at == len(view.came):
        return view.of.ended or view.of.missed
    rest, left_out = view.came[view.at :], view.due[view.at : view.at + ENOUGH]
    if not view.of.complete or len(rest) < FRAGMENT or left_out in rest:
        return False
    return view.due.find(rest[:ENOUGH], view.at + 1) >= 0


def _cut_at_nul(view: View) -> bool:
    return view.base == 0 and view.due.find(b"\0") == view.at and _breaks_off(view)


def _cut_at_newline(view: View) -> bool:
    first = view.due.find(b"\n")
    if view.base or first < 0 or not view.due[first:].strip():
        return False
    ends = (first, first + 1, first - 1 if view.due[first - 1 : first] == b"\r" else first)
    return view.at in ends and _breaks_off(view)


def _cut_at_buffer(view: View) -> bool:
    if view.base + view.at in BUFFERS:
        return _breaks_off(view)
    gap, at = _left_out(view), view.base + view.at
    same = (at - size for size in BUFFERS if 0 < at - size <= min(PIECE, len(gap)))
    return any(gap.endswith(view.of.expected[at - count : at]) for count in same)


# ---------------------------------------------------------------- bytes and pieces in the wrong place


def _byte_missing(view: View) -> bool:
    return _moved(view, view.due[: view.at] + view.due[view.at + 1 :])


def _byte_extra(view: View) -> bool:
    if not 0 < view.at < min(len(view.due), len(view.came)):
        return False
    extra = view.came[view.at : view.at + 1]
    return _moved(view, view.due[: view.at] + extra + view.due[view.at :])


def _moved(view: View, made: bytes) -> bool:
    """Where not all is known, a repeated pattern could have moved by more than a byte."""
    if not came_as(view, made) or (not view.came[view.at :] and not view.of.complete):
        return False
    piece = view.due[view.at + 1 : view.at + 1 + ENOUGH]
    return view.whole or view.due.count(piece) == 1


def _goes_on_later(view: View) -> int:
    """The index in `expected` of the piece that came instead; -1 where that is not clear."""
    at = view.base + view.at
    piece = view.of.received[at : at + PIECE]
    if view.surplus or len(piece) < ENOUGH:
        return -1
    later = view.of.expected.find(piece, at + 1, at + AHEAD)
    again = view.of.expected.find(piece, later + 1, at + AHEAD) if later >= 0 else -1
    return later if again < 0 else -1


def _comes_later(view: View) -> bool:
    """Whether what was due here came after all, further on."""
    at = view.base + view.at
    return view.of.received.find(view.of.expected[at : at + PIECE], at, at + AHEAD) >= 0


def _out_of_order(view: View) -> bool:
    return _goes_on_later(view) >= 0 and _comes_later(view)


def _left_out(view: View) -> bytes:
    """The piece that is missing in the middle; empty where that is not clear."""
    at, later = view.base + view.at, _goes_on_later(view)
    if later < 0 or not view.of.complete or len(view.of.received) > at + AHEAD or _comes_later(view):
        return b""
    return view.of.expected[at:later]


def _part_missing(view: View) -> bool:
    return bool(_left_out(view))


def _something_before(view: View) -> bool:
    due, came = view.of.expected[:WINDOW], view.of.received[:WINDOW]
    if view.of.got != "different" or view.surplus or len(due) < 2:
        return False
    at = came.find(due[:FRAGMENT])
    moved = at <= 0 or (at > 1 and came[:at] in due)
    return not moved and difference(due, came[at:]) == min(len(due), len(came) - at)


def _something_after(view: View) -> bool:
    return bool(view.due) and bool(view.surplus)


def _speaks_first(view: View) -> bool:
    return view.of.got == "extra" and not view.of.sent and not view.of.half_closed


PREDICATES: dict[str, Predicate] = {
    "sent-to-another": lambda view: view.of.elsewhere,
    "waits-for-more": lambda view: view.of.waited_for == "more",
    "waits-for-newline": lambda view: view.of.waited_for == "newline",
    "waits-for-end": lambda view: view.of.waited_for == "end",
    "end-answered": lambda view: view.of.answers_end,
    "echo-for-acknowledgement": _echo_for_acknowledgement,
    "acknowledgement-for-echo": _acknowledgement_for_echo,
    "others-data": _others_data,
    "earlier-data": _earlier_data,
    "bytes-printed": _bytes_printed,
    "case-of-bytes": _case_of_bytes,
    "upper-cased": _upper_cased,
    "lower-cased": _lower_cased,
    "other-case": _other_case,
    "newline-added": _newline_added,
    "newlines-changed": _newlines_changed,
    "newline-stripped": _newline_stripped,
    "blanks-stripped": _blanks_stripped,
    "doubled": _doubled,
    "flooded": _flooded,
    "reversed": _reversed,
    "old-bytes": _old_bytes,
    "nul-padded": _nul_padded,
    "whole-buffer": _whole_buffer,
    "cut-at-nul": _cut_at_nul,
    "cut-at-newline": _cut_at_newline,
    "cut-at-buffer": _cut_at_buffer,
    "as-utf-8": encodings.as_utf_8,
    "as-gbk": encodings.as_gbk,
    "as-utf-16": encodings.as_utf_16,
    "decoded-as-latin-1": encodings.decoded_as_latin_1,
    "decoded-as-utf-8": encodings.decoded_as_utf_8,
    "replacement-character": encodings.replacement_character,
    "question-marks": encodings.question_marks,
    "undecodable-dropped": encodings.undecodable_dropped,
    "byte-missing": _byte_missing,
    "byte-extra": _byte_extra,
    "out-of-order": _out_of_order,
    "part-missing": _part_missing,
    "something-before": _something_before,
    "something-after": _something_after,
    "speaks-first": _speaks_first,
}
"""In the order of SIGNATURES: what is certain by itself first, what several defects have in common last."""
