"""Bytes and their notations: sizes, durations, hex, shell, and text that is safe to print."""

from __future__ import annotations

import re
import unicodedata

SIZE_UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2}
DURATION_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
ENCODINGS_TO_GUESS = ("utf-8", "gbk")

_SIZE = re.compile(r"(\d+) ?(B|KiB|MiB|)")
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(ms|s|min)")
_WORDS = re.compile(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*|\s+")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}\s*)*")


def parse_size(text: str | int) -> int:
    """`64KiB` -> 65536 bytes. Raises ValueError."""
    if isinstance(text, int):
        return text
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a size; write a number of bytes, or 64KiB, or 1MiB")
    return int(found[1]) * SIZE_UNITS[found[2]]


def parse_duration(text: str) -> float:
    """`200ms` -> 0.2 seconds. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration; write 200ms, 2s or 1min")
    return float(found[1]) * DURATION_UNITS[found[2]]


def parse_hex(text: str) -> bytes:
    """`c4 e3` -> two bytes. Raises ValueError."""
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} is not hex; write pairs of digits such as 'c4 e3'")
    return bytes.fromhex(text)


def _is_hostile(char: str) -> bool:
    """Control characters, and format characters such as the ones that turn the writing direction."""
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def visible(text: str) -> str:
    r"""`text` with everything that could act on a terminal written out: ESC becomes `\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if _is_hostile(c) else c for c in text)


def decode_guess(data: bytes) -> str:
    """UTF-8, else GBK, else Latin-1: for display only, never raises."""
    for encoding in ENCODINGS_TO_GUESS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def hex_pairs(data: bytes, limit: int = 16) -> str:
    """`6f 6b 21`, shortened in the middle."""
    if len(data) <= limit:
        return data.hex(" ")
    head, tail = data[: limit - 4], data[-4:]
    return f"{head.hex(' ')} ... {tail.hex(' ')}"


def excerpt(data: bytes, limit: int = 24) -> str:
    """One short printable piece: quoted text with its bytes, or the bytes alone when it is no text."""
    if not data:
        return "nothing"
    if len(data) > limit:
        return f"{len(data)} bytes: {hex_pairs(data, 12)}"
    text = _as_text(data)
    return f'"{text}" ({hex_pairs(data)})' if text is not None else hex_pairs(data)


def label(data: bytes, limit: int = 12) -> str:
    """The shortest name of some bytes, for an arrow of a transcript."""
    if len(data) > 4 * limit:
        return f"{len(data)} bytes"
    if len(data) <= 2 * limit and (text := _as_text(data)) is not None:
        return f'"{text}"'
    return hex_pairs(data, limit)


def _as_text(data: bytes) -> str | None:
    for encoding in ENCODINGS_TO_GUESS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(_is_hostile(c) for c in text if c not in "\r\n\t"):
            return visible(text)
    return None


def shell_printf(data: bytes) -> str:
    r"""A POSIX shell command that writes these bytes: `printf '\304\343'`."""
    quoted = "".join(chr(b) if 0x20 <= b < 0x7F and chr(b) not in "'\\%" else f"\\{b:03o}" for b in data)
    return f"printf '{quoted}'"


def width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def fit(text: str, columns: int) -> str:
    """`text` cut to so many columns, with an ellipsis where something is missing."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for char in text:
        used += width(char)
        if used > columns - 1:
            break
        kept += char
    return kept + "…"


def pad(text: str, columns: int) -> str:
    """`text` filled with blanks to so many columns."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """`text` in lines of at most so many columns; Chinese breaks anywhere, words stay whole."""
    lines: list[str] = []
    line = ""
    for word in _WORDS.findall(text):
        if line and width(line + word.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
        while width(line.rstrip()) > columns:
            head = fit(line, columns + 1)[:-1]
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines
