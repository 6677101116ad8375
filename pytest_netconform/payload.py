"""Bytes and their notations: sizes, durations, hex, shell, and text that is safe to print."""

from __future__ import annotations

import base64
import re
import unicodedata

SIZE_UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2}
DURATION_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}
ENCODINGS_TO_GUESS = ("utf-8", "gbk")

LONGEST_DURATION = 3600.0
LONGEST_QUOTE = 60

SIZE = re.compile(r"([0-9]{1,12}) ?(B|KiB|MiB|)")
COUNT = re.compile(r"0*[1-9][0-9]{0,11}")
DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?) ?(ms|s|min)")
_WORDS = re.compile(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*|\s+")
HEX = re.compile(r"(?:[0-9A-Fa-f]{2}\s*)*")


def parse_size(value: object) -> int:
    """`64KiB` -> 65536 bytes; a whole number is a number of bytes. Raises ValueError."""
    found = SIZE.fullmatch(str(value)) if _is_number_or_text(value) else None
    if not found:
        raise ValueError(f"{quoted(value)} is not a size; write a number of bytes, or 64KiB, or 1MiB")
    return int(found[1]) * SIZE_UNITS[found[2]]


def parse_count(value: object) -> int:
    """A whole number from 1 on. Raises ValueError."""
    found = COUNT.fullmatch(str(value)) if _is_number_or_text(value) else None
    if not found:
        raise ValueError(f"{quoted(value)} is not a count; write a whole number from 1 on")
    return int(found[0])


def _is_number_or_text(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def parse_duration(value: object) -> float:
    """`200ms` -> 0.2 seconds. Raises ValueError."""
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{quoted(value)} is not a duration; write 200ms, 2s or 1min")
    seconds = float(found[1]) * DURATION_UNITS[found[2]]
    if not 0 < seconds <= LONGEST_DURATION:
        raise ValueError(f"{quoted(value)} is no useful duration; write one above 0s and up to 60min")
    return seconds


def parse_hex(text: str) -> bytes:
    """`c4 e3` -> two bytes. Raises ValueError."""
    if not HEX.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not hex; write pairs of digits such as 'c4 e3'")
    return bytes.fromhex(text)


def parse_base64(text: str) -> bytes:
    """`xOM=` -> two bytes. Raises ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError(f"{quoted(text)} is not base64; write groups of four such as 'xOM='") from None


def quoted(value: object) -> str:
    """A value as the author of a YAML file knows it, short and safe to print."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "a mapping {key: value}"
    if isinstance(value, list | tuple):
        return "a list [...]"
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST_QUOTE else value[:LONGEST_QUOTE] + "…")
    return fit(str(value), LONGEST_QUOTE)


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
    text = as_text(data)
    return f'"{text}" ({hex_pairs(data)})' if text is not None else hex_pairs(data)


def label(data: bytes, limit: int = 12) -> str:
    """The shortest name of some bytes, for an arrow of a transcript."""
    if len(data) > 4 * limit:
        return f"{len(data)} bytes"
    if len(data) <= 2 * limit and (text := as_text(data)) is not None:
        return f'"{text}"'
    return hex_pairs(data, limit)


def as_text(data: bytes) -> str | None:
    """What may be printed of it as text, control characters made visible; None where it is none."""
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
    plain = [0x20 <= byte < 0x7F and chr(byte) not in "'\\%" for byte in data]
    if data.startswith(b"-"):
        plain[0] = False  # printf would take it for an option
    written = (chr(byte) if kept else f"\\{byte:03o}" for byte, kept in zip(data, plain, strict=True))
    return f"printf '{''.join(written)}'"


def width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def fit(text: str, columns: int) -> str:
    """`text` cut to so many columns, with an ellipsis where something is missing."""
    return text if width(text) <= columns else _head(text, columns - 1) + "…"


def _head(text: str, columns: int) -> str:
    """The longest start of `text` that fits."""
    used = 0
    for i, char in enumerate(text):
        used += width(char)
        if used > columns:
            return text[:i]
    return text


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
            head = _head(line, columns) or line[0]
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines
