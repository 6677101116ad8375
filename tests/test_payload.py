"""Bytes and their notations."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netconform.payload import (
    decode_guess,
    excerpt,
    fit,
    hex_pairs,
    label,
    pad,
    parse_base64,
    parse_count,
    parse_duration,
    parse_hex,
    parse_size,
    quoted,
    shell_printf,
    visible,
    width,
    wrap,
)

fast = settings(max_examples=200, deadline=None, derandomize=True, database=None)
texts = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("a b c，你好 \n\té\u0301\x1b"))

# ---------------------------------------------------------------- notations of a suite


@pytest.mark.parametrize(
    ("written", "size"),
    [(0, 0), (12, 12), ("12", 12), ("12B", 12), ("64KiB", 65536), ("64 KiB", 65536), ("1MiB", 1048576)],
)
def test_a_size_is_a_number_with_or_without_a_unit(written: object, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(
    "written", [-1, 1.5, True, None, "", "KiB", "64KB", "64kib", "1 GiB", "١", "1" * 99, [1]]
)
def test_anything_else_is_no_size(written: object) -> None:
    with pytest.raises(ValueError, match="is not a size; write a number of bytes, or 64KiB, or 1MiB"):
        parse_size(written)


@pytest.mark.parametrize(("written", "count"), [(1, 1), ("3", 3), ("010", 10)])
def test_a_count_is_a_whole_number_from_1(written: object, count: int) -> None:
    assert parse_count(written) == count


@pytest.mark.parametrize("written", [0, -1, 1.0, False, "0", "many", "1e3", "64KiB", None])
def test_anything_else_is_no_count(written: object) -> None:
    with pytest.raises(ValueError, match="is not a count; write a whole number from 1 on"):
        parse_count(written)


@pytest.mark.parametrize(
    ("written", "seconds"), [("200ms", 0.2), ("2s", 2), ("1.5 s", 1.5), ("1min", 60), ("60min", 3600)]
)
def test_a_duration_has_a_unit(written: str, seconds: float) -> None:
    assert parse_duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", [5, "5", "5 parsecs", "-1s", "1h", "", None, "1" * 400 + "s"])
def test_anything_else_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="is not a duration; write 200ms, 2s or 1min"):
        parse_duration(written)


@pytest.mark.parametrize("written", ["0s", "61min", "999999999999min"])
def test_no_time_and_more_than_an_hour_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no useful duration; write one above 0s and up to 60min"):
        parse_duration(written)


def test_hex_may_have_blanks_between_pairs() -> None:
    assert parse_hex("c4 e3") == parse_hex("C4E3") == b"\xc4\xe3"


@pytest.mark.parametrize("written", ["c", "c4 e", "0x41", "zz", "c 4"])
def test_anything_else_is_no_hex(written: str) -> None:
    with pytest.raises(ValueError, match="is not hex; write pairs of digits such as 'c4 e3'"):
        parse_hex(written)


def test_base64_is_strict() -> None:
    assert parse_base64("xOM=") == b"\xc4\xe3"
    for wrong in ("xOM", "x OM=", "你"):
        with pytest.raises(ValueError, match="is not base64; write groups of four such as 'xOM='"):
            parse_base64(wrong)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("a\x1b", r"'a\x1b'"),
        ({"a": 1}, "a mapping {key: value}"),
        ((1,), "a list [...]"),
        ("x" * 70, f"'{'x' * 60}…'"),
    ],
)
def test_a_value_is_quoted_as_its_author_wrote_it(value: object, shown: str) -> None:
    assert quoted(value) == shown


# ---------------------------------------------------------------- safe to print


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 你好", "plain 你好"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\r\nb\t", r"a\r\nb\t"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\x9b", r"\x9b"),
        ("\ud800", r"\ud800"),
        ("\u2028", r"\u2028"),
    ],
)
def test_what_could_act_on_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@fast
@given(st.text())
def test_nothing_visible_acts_on_a_terminal(text: str) -> None:
    shown = visible(text)
    assert len(shown.splitlines()) <= 1
    assert all(char.isprintable() or char.isspace() for char in shown)
    shown.encode()


@pytest.mark.parametrize(
    ("data", "text"), [(b"ok", "ok"), ("你".encode(), "你"), ("你".encode("gbk"), "你"), (b"\xff\xff", "ÿÿ")]
)
def test_bytes_are_shown_as_utf_8_else_gbk_else_latin_1(data: bytes, text: str) -> None:
    assert decode_guess(data) == text


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "nothing"),
        (b"ok!", '"ok!" (6f 6b 21)'),
        ("你".encode("gbk"), '"你" (c4 e3)'),
        (b"a\r\n", r'"a\r\n" (61 0d 0a)'),
        (b"\x1b[m", "1b 5b 6d"),
        (b"\xff\xff", "ff ff"),
        (bytes(100), "100 bytes: 00 00 00 00 00 00 00 00 ... 00 00 00 00"),
    ],
)
def test_an_excerpt_has_text_and_bytes(data: bytes, shown: str) -> None:
    assert excerpt(data) == shown


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"hello", '"hello"'),
        (b"\xc4", "c4"),
        (b"\xff" * 14, "ff ff ff ff ff ff ff ff ... ff ff ff ff"),
        (bytes(49), "49 bytes"),
    ],
)
def test_a_label_is_the_shortest_name(data: bytes, shown: str) -> None:
    assert label(data) == shown


def test_hex_is_shortened_in_the_middle() -> None:
    assert hex_pairs(bytes(range(4)), 4) == "00 01 02 03"
    assert hex_pairs(bytes(range(9)), 6) == "00 01 ... 05 06 07 08"


@fast
@given(st.binary(max_size=80))
def test_excerpts_and_labels_are_short_and_printable(data: bytes) -> None:
    for shown in (excerpt(data), label(data)):
        assert shown == visible(shown)
        assert len(shown) < 220


# ---------------------------------------------------------------- the shell


def test_printf_quotes_what_the_shell_would_take() -> None:
    assert shell_printf(b"it's 5%\\\n") == r"printf 'it\047s 5\045\134\012'"
    assert shell_printf(b"-n-") == r"printf '\055n-'"
    assert shell_printf("你".encode("gbk")) == r"printf '\304\343'"


@settings(fast, max_examples=4)
@given(st.lists(st.binary(max_size=200), min_size=20, max_size=20))
def test_a_real_shell_writes_the_same_bytes(pieces: list[bytes]) -> None:
    script = "\n".join(map(shell_printf, [*pieces, bytes(range(256))]))
    written = subprocess.run(["sh"], input=script.encode(), capture_output=True, check=True)
    assert written.stdout == b"".join(pieces) + bytes(range(256))
    assert written.stderr == b""


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("你好", 4), ("e\u0301", 1), ("ｱ", 1), ("", 0)])
def test_wide_characters_take_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("你好吗", 6, "你好吗"),
        ("你好吗", 5, "你好…"),
        ("你好吗", 4, "你…"),
    ],
)
def test_a_text_that_does_not_fit_ends_with_an_ellipsis(text: str, columns: int, shown: str) -> None:
    assert fit(text, columns) == shown


@fast
@given(texts, st.integers(1, 40))
def test_fit_keeps_the_start_within_the_columns(text: str, columns: int) -> None:
    shown = fit(text, columns)
    assert width(shown) <= columns
    assert shown == text or text.startswith(shown.removesuffix("…"))


def test_pad_counts_columns() -> None:
    assert pad("你", 4) == "你  "
    assert pad("long", 2) == "long"


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("一二三四五", 4, ["一二", "三四", "五"]),
        ("use recv() 循环读取", 12, ["use recv()", "循环读取"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("abce\u0301f", 3, ["abc", "e\u0301f"]),
        ("你好", 1, ["你", "好"]),
    ],
)
def test_lines_break_between_words_and_chinese_anywhere(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns) == lines


@fast
@given(texts, st.integers(2, 30))
def test_no_line_is_too_wide_and_no_character_is_lost(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_long_text_is_wrapped_whole() -> None:
    assert len(wrap("word " * 20_000, 80)) == 1250
