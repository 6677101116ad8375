"""Each defect is recognised by what it does to data, and nothing is claimed of what is only different."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netconform.payload import width
from pytest_netconform.run.signature import PREDICATES, looks_like, sentence
from pytest_netconform.run.view import WINDOW, Evidence
from pytest_netconform.suite.signatures import SIGNATURES

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)
SENTENCES = st.lists(WORDS, min_size=4, max_size=20, unique=True).map(" ".join)
HANZI = st.text("你好世界朱镕基與龍時東誠長學馬點", min_size=8, max_size=40).filter(
    lambda text: len(set(text)) > 5
)
SEEDS = st.integers(0, 2**64)


def randbytes(seed: int, count: int) -> bytes:
    return random.Random(seed).randbytes(count)


def wrong(due: bytes, came: bytes, **details: object) -> str | None:
    """What a reply looks like of which nothing more can come."""
    details = {"complete": True, "ended": True, **details}
    got = "short" if due.startswith(came) else "different"
    return looks_like(Evidence(due, came, got=got, **details))  # type: ignore[arg-type]


def extra(last: bytes, surplus: bytes, **details: object) -> str | None:
    """What surplus looks like after a reply that was right."""
    details = {"answered": (last,), "sent": (last,), "complete": True, **details}
    return looks_like(Evidence(b"", surplus, got="extra", **details))  # type: ignore[arg-type]


def test_every_signature_has_a_predicate_in_the_same_order() -> None:
    assert list(PREDICATES) == list(SIGNATURES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_sentence_stands_on_one_line_of_a_failure(name: str) -> None:
    for lang in ("en", "zh"):
        assert 0 < width(sentence(name, lang)) <= 68
    assert sentence(name, "en") != sentence(name, "zh")


# ---------------------------------------------------------------- text

OF_TEXT: dict[str, Callable[[bytes], bytes]] = {
    "upper-cased": bytes.upper,
    "lower-cased": lambda due: due.lower(),
    "other-case": lambda due: due.title(),
    "bytes-printed": lambda due: repr(due).encode(),
    "newline-stripped": lambda due: due.rstrip(b"\n"),
    "newlines-changed": lambda due: due.replace(b"\n", b"\r\n"),
    "reversed": lambda due: due[::-1],
    "something-before": lambda due: b"Got: " + due,
    "byte-missing": lambda due: due[:9] + due[10:],
    "byte-extra": lambda due: due[:9] + b"#" + due[9:],
}


@pytest.mark.parametrize("name", OF_TEXT)
@given(SENTENCES)
def test_what_was_done_to_text_is_told(name: str, text: str) -> None:
    due = f"{text}!\n".encode()
    if name == "lower-cased":
        due = due.upper()
    assert wrong(due, OF_TEXT[name](due)) == name


@given(SENTENCES)
def test_blanks_that_are_missing_at_the_edges(text: str) -> None:
    assert wrong(f"  {text} \t".encode(), text.encode()) == "blanks-stripped"


@given(SENTENCES, st.sampled_from(["upper", "lower"]))
def test_the_case_of_bytes_within_characters(text: str, case: str) -> None:
    due = f"{getattr(text, case)()} 時昍".encode("gbk")  # 95 72 and 95 52: r and R
    assert wrong(due, getattr(due, case)(), encoding="gbk") == "case-of-bytes"


@pytest.mark.parametrize(
    ("came", "name"),
    [
        (b"<Buffer 68 65 6c 6c 6f>", "bytes-printed"),
        (b"[104 101 108 108 111]", "bytes-printed"),
        (b"[B@1b6d3586", "bytes-printed"),
        (b"b'hello'", "bytes-printed"),
        (b"HELLO", "upper-cased"),
        (b"Hello", "other-case"),
        (b"olleh", "reversed"),
        (b"hell", "byte-missing"),
        (b"> hello", "something-before"),
        (b"welcome", None),
        (b"h", None),
        (b"", None),
    ],
)
def test_what_came_where_hello_was_due(came: bytes, name: str | None) -> None:
    assert wrong(b"hello", came) == name


# ---------------------------------------------------------------- encodings

OF_GBK: dict[str, Callable[[bytes], bytes]] = {
    "as-utf-8": lambda due: due.decode("gbk").encode("utf-8"),
    "as-utf-16": lambda due: due.decode("gbk").encode("utf-16-le"),
    "decoded-as-latin-1": lambda due: due.decode("latin-1").encode("utf-8"),
    "replacement-character": lambda due: due.decode("utf-8", "replace").encode("utf-8"),
    "question-marks": lambda due: due.decode("gbk").encode("ascii", "replace"),
    "undecodable-dropped": lambda due: due.decode("ascii", "ignore").encode("ascii"),
}


@pytest.mark.parametrize("name", OF_GBK)
@given(SENTENCES, HANZI)
def test_what_was_done_to_gbk_is_told(name: str, words: str, hanzi: str) -> None:
    due = f"{words} {hanzi}!".encode("gbk")
    assert wrong(due, OF_GBK[name](due), encoding="gbk") == name


@given(SENTENCES, HANZI)
def test_utf_8_that_came_as_gbk(words: str, hanzi: str) -> None:
    text = f"{words} {hanzi}!"
    assert wrong(text.encode(), text.encode("gbk")) == "as-gbk"


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("你好".encode("gbk").decode("latin-1"), "decoded-as-latin-1"),
        (str("你好".encode("gbk")), "bytes-printed"),
        ("recv: \ufffd\ufffd", "replacement-character"),
        ("recv: nothing", None),
    ],
)
def test_what_was_printed_instead_of_text(printed: str, name: str | None) -> None:
    evidence = Evidence("你好".encode("gbk"), encoding="gbk", printed=printed.encode())
    assert looks_like(evidence) == name


def test_text_that_is_valid_utf_8_by_chance() -> None:
    printed = "母牛".encode("gbk").decode("utf-8").encode()
    assert looks_like(Evidence("母牛".encode("gbk"), encoding="gbk", printed=printed)) == "decoded-as-utf-8"


def test_u_fffd_proves_nothing_where_a_client_left_half_a_character() -> None:
    printed = "\ufffd".encode()
    evidence = Evidence("你".encode("gbk"), encoding="gbk", printed=printed, whole_characters=False)
    assert looks_like(evidence) is None


@pytest.mark.parametrize(("whose", "name"), [("others", "others-data"), ("earlier", "earlier-data")])
def test_half_a_character_of_somebody_else_was_printed(whose: str, name: str) -> None:
    printed = (b"\xc4" + "好".encode("gbk"))[:2].decode("gbk").encode()
    half = {whose: (b"\xc4",)}
    evidence = Evidence("好".encode("gbk"), encoding="gbk", printed=printed, **half)  # type: ignore[arg-type]
    assert looks_like(evidence) == name


# ---------------------------------------------------------------- cuts, copies, pieces


@given(SEEDS, st.sampled_from([64, 256, 1000, 1024, 2048, 4096, 65536]))
def test_a_reply_that_ends_with_the_buffer(seed: int, size: int) -> None:
    due = randbytes(seed, size * 2).replace(b"\0", b"x").replace(b"\n", b"x")
    assert wrong(due, due[:size]) == "cut-at-buffer"
    assert wrong(due, due[:size] + due[size + 100 :]) in ("cut-at-buffer", "part-missing")


@given(SEEDS, st.sampled_from([(b"\0", "cut-at-nul"), (b"\n", "cut-at-newline")]))
def test_a_reply_that_ends_at_a_special_byte(seed: int, special: tuple[bytes, str]) -> None:
    byte, name = special
    plain = randbytes(seed, 300).replace(b"\0", b"x").replace(b"\n", b"x").replace(b"\r", b"x")
    due = plain[:77] + byte + plain[77:]
    assert wrong(due, due[:77]) == name
    assert wrong(due, due[:77], ended=False, missed=True, complete=False) == name


@given(SEEDS, st.integers(100, 900), st.integers(200, 500))
def test_pieces_that_are_missing_or_in_the_wrong_place(seed: int, at: int, size: int) -> None:
    due = randbytes(seed, 2000).replace(b"\0", b"x").replace(b"\n", b"x")
    one, two, rest = due[:at], due[at : at + size], due[at + size :]
    assert wrong(due, one + rest + two) == "out-of-order"
    if at not in (128, 256, 512) and due[at] != rest[0] and at - 128 > 3:
        assert wrong(due, one + rest) in ("part-missing", "cut-at-buffer")
    assert wrong(due, one + rest, complete=False) in (None, "byte-missing")


@given(SENTENCES)
def test_what_comes_after_the_right_bytes(text: str) -> None:
    last = text.encode()
    assert extra(last, b"\r\n") == "newline-added"
    assert extra(last, last) == "doubled"
    assert extra(last, last * 3) == "flooded"
    assert extra(last, bytes(1024 - len(last))) == "nul-padded"
    assert extra(last, (b"old\0rubbish" * 100)[: 1024 - len(last)]) == "whole-buffer"
    assert extra(last, b" (received)") == "something-after"
    before = b"x" * 10 + last + b"the rest of it"
    assert extra(last, before[len(last) :], answered=(before, last)) == "old-bytes"


def test_what_comes_before_anything_was_due() -> None:
    assert extra(b"", b"Welcome!", answered=(), sent=()) == "speaks-first"
    assert extra(b"", b"ok!", answered=(), sent=(), half_closed=True) is None
    assert extra(b"", b"ok!", answered=(), sent=(), half_closed=True, answers_end=True) == "end-answered"


def test_surplus_that_shows_only_in_the_next_reply() -> None:
    assert wrong(b"second", b"\nsecond", answered=(b"first",)) == "newline-added"
    assert wrong(b"second", b"firstsecond", answered=(b"first",)) == "doubled"


# ---------------------------------------------------------------- other clients, other kinds of reply


@given(SENTENCES, SENTENCES)
def test_what_somebody_else_sent(mine: str, other: str) -> None:
    due, foreign = f"mine {mine}".encode(), f"theirs {other}".encode()
    assert wrong(due, foreign + due, others=(foreign,)) == "others-data"
    assert wrong(due, foreign, earlier=(b"and before that", foreign)) == "earlier-data"
    assert wrong(due, foreign[4:] + due, earlier=(foreign,)) == "earlier-data"
    assert wrong(due, foreign, others=(foreign,), sent=(foreign, due)) != "others-data"


def test_half_a_character_of_another_client_before_the_right_bytes() -> None:
    due = "好".encode("gbk")
    assert wrong(due, b"\xc4" + due, encoding="gbk", others=(b"\xc4",)) == "others-data"
    assert wrong(due, b">" + due, encoding="gbk", others=(b">", b"")) == "something-before"
    mixed = due[:1] + "你".encode("gbk") + due[1:]
    assert wrong(due, mixed, encoding="gbk", others=("你".encode("gbk"),)) == "others-data"


def test_an_echo_in_place_of_an_acknowledgement_and_the_other_way_round() -> None:
    ack: dict[str, object] = {"acknowledgement": b"ok!", "sent": (b"hello",)}
    assert wrong(b"ok!", b"hello", acknowledges=True, **ack) == "echo-for-acknowledgement"
    assert wrong(b"hello", b"ok!", **ack) == "acknowledgement-for-echo"
    assert wrong(b"hello", b"ok!ok!", **ack) == "acknowledgement-for-echo"
    assert wrong(b"hello", b"ok", **ack) is None


def test_what_was_found_out_about_a_missing_reply() -> None:
    missing = Evidence(b"hello", got="nothing", missed=True)
    assert looks_like(missing) is None
    assert looks_like(replace(missing, elsewhere=True)) == "sent-to-another"
    for what in ("more", "newline", "end"):
        assert looks_like(replace(missing, waited_for=what)) == f"waits-for-{what}"


# ---------------------------------------------------------------- no false certainty


@given(SEEDS, st.integers(16, 3000), st.integers(16, 3000), st.sampled_from(["utf-8", "gbk"]))
def test_random_bytes_are_only_different(seed: int, due: int, came: int, encoding: str) -> None:
    data = randbytes(seed, due + came)
    messages = tuple(randbytes(seed + i, 30) for i in range(1, 4))
    known = {"others": messages[:1], "earlier": messages[1:], "encoding": encoding}
    assert wrong(data[:due], data[due:], **known) is None


@given(st.lists(WORDS, min_size=8, max_size=30, unique=True))
def test_other_words_are_only_different(words: list[str]) -> None:
    half = len(words) // 2
    due, came = (" ".join(part).encode() for part in (words[:half], words[half:]))
    assert wrong(due, b"#" + came) is None


def test_a_moved_pattern_is_not_taken_for_one_byte_or_piece() -> None:
    """Of repeated text nobody can say which of its copies is missing."""
    due = b"0123456789 in order;" * 8000
    assert wrong(due, due[:1500] + due[1521:]) is None


@settings(max_examples=300)
@given(
    st.binary(max_size=300),
    st.binary(max_size=300),
    st.sampled_from(["nothing", "short", "different", "extra", None]),
    st.lists(st.binary(max_size=20), max_size=3).map(tuple),
    st.sampled_from(["utf-8", "gbk", "gb18030", "utf-16", "ascii", "no such encoding"]),
    st.booleans(),
    st.none() | st.binary(max_size=50),
)
def test_hostile_bytes_never_raise(
    due: bytes,
    came: bytes,
    got: str,
    messages: tuple[bytes, ...],
    encoding: str,
    yes: bool,
    printed: bytes | None,
) -> None:
    evidence = Evidence(
        due,
        came,
        got=got,  # type: ignore[arg-type]
        ended=yes,
        missed=not yes,
        complete=yes,
        encoding=encoding,
        acknowledgement=messages[0] if messages else b"",
        acknowledges=yes,
        answered=messages,
        sent=messages[1:],
        others=messages,
        earlier=messages,
        printed=printed,
    )
    found = looks_like(evidence)
    assert found is None or found in SIGNATURES
    assert looks_like(evidence) == found


@pytest.mark.parametrize("at", [0, WINDOW - 1, 8 * 1024 * 1024, 16 * 1024 * 1024 - 1])
def test_long_replies_cost_little(at: int) -> None:
    """Not a race: what is not bounded here would take minutes."""
    due = b"".join(b"line %011d\n" % i for i in range(1024 * 1024))
    came = due[:at] + bytes([due[at] ^ 1]) + due[at + 1 :]
    began = time.monotonic()
    assert wrong(due, came, others=(b"hello",) * 500) is None
    assert time.monotonic() - began < 20
    assert wrong(due, due.upper()) == "upper-cased"
