"""What a failed check looks like on a terminal: at most 25 lines of at most 80 columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from ..payload import fit, pad, width, wrap
from ..run.result import Result

COLUMNS = 80
LABEL = 10
MOST_EVENTS = 9
MOST_OUTPUT = 3
MOST_HINT = 3
ARROW = 24
OUTPUT_PREFIX = "srv| "
ERROR_LINE = re.compile(r"[\w.]*(Error|Exception|panic|fatal)\b", re.IGNORECASE)
FRAME_LINE = re.compile(r'File "([^"]+)", line (\d+)')


def failure_lines(result: Result, lang: str = "en") -> list[str]:
    """The lines for one result that is not passed, in the user's language where the suite has it."""
    head = f"{result.verdict.upper()} {result.check} [{result.target}]"
    lines = [*_head(head, result), *wrap(_in(result.title, lang), COLUMNS)[:2]]
    if result.findings:
        lines += ["", *_transcript(result), "", *_finding(result)]
    if result.because:
        lines += _labelled("because", result.because, 2)
    lines += [fit(f"  {line}", COLUMNS) for line in result.explanation[:12]]
    if result.hint:
        lines += _labelled("hint", _in(result.hint, lang), MOST_HINT)
    if result.by_hand and width(result.by_hand) <= 2 * (COLUMNS - LABEL):
        lines += _raw("by hand", result.by_hand)
    lines += _raw("again", result.again) if result.findings else []
    return lines


def one_line(result: Result) -> str:
    """For pytest's short summary."""
    if result.findings:
        finding = result.findings[0]
        return f"{finding.text}: expected {finding.expected}, received {finding.received}"
    return result.because


def _in(texts: dict[str, str | None], lang: str) -> str:
    return texts.get(lang) or texts["en"] or ""


def _head(head: str, result: Result) -> list[str]:
    worth = f"{result.level} · {result.points} point{'s' if result.points != 1 else ''}"
    left = f"{head}  {worth}"
    if width(left) + 2 + width(result.at) <= COLUMNS:
        return [pad(left, COLUMNS - width(result.at)) + result.at]
    return [fit(left, COLUMNS), fit(result.at, COLUMNS)]


# ---------------------------------------------------------------- the transcript


def _transcript(result: Result) -> Iterator[str]:
    events = [event for event in result.transcript if not event["what"].startswith("prints ")]
    output = [event for event in result.transcript if event["what"].startswith("prints ")]
    if len(events) > MOST_EVENTS:
        left_out = len(events) - MOST_EVENTS + 1 + result.transcript_left_out
        middle = {"at": None, "what": f"... {left_out} more ..."}
        events = [*events[:2], middle, *events[-(MOST_EVENTS - 3) :]]
    yield from (_event(event) for event in events)
    yield from (_output(event) for event in _telling(output))
    if result.died:
        yield f"{'':11}the server has ended: {result.died}"


def _telling(output: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first error that the program tells of, with its place; else the last lines."""
    lines = [event for event in output if _printed(event).strip()]
    for i, event in enumerate(lines):
        if ERROR_LINE.match(_printed(event)):
            return [{**event, "place": _place(lines[:i])}]
    return lines[-MOST_OUTPUT:]


def _place(lines: list[dict[str, Any]]) -> str:
    """`mysrv.py:12` of the last frame of a Python traceback."""
    for event in reversed(lines):
        if found := FRAME_LINE.search(_printed(event)):
            return f"   {PurePath(found[1]).name}:{found[2]}"
    return ""


def _printed(event: dict[str, Any]) -> str:
    return str(event["what"]).removeprefix("prints ")


def _event(event: dict[str, Any]) -> str:
    if event["at"] is None:
        return f"{'':11}{event['what']}"
    return fit(f"{event['at']:8.1f} ms  {_arrow(event)}".rstrip(), COLUMNS)


def _arrow(event: dict[str, Any]) -> str:
    actor, what, shown = event["actor"], event["what"], event["shown"]
    if actor == "server":
        return f"server {what}"
    label = {
        "sends": shown,
        "receives": shown,
        "connects": "connects",
        "closes": "FIN",
        "half-closes": "FIN, half",
        "resets": "RST",
        "ended by fin": "FIN",
        "ended by reset": "RST",
    }.get(what, what)
    to_server = what in ("sends", "connects", "closes", "half-closes", "resets")
    name = pad(fit(actor, 10), 8)
    dashes = "─" * max(2, ARROW - width(label) - 6)
    if to_server:
        return f"{name} ── {label} {dashes}▶ server"
    return f"{name} ◀─ {label} {dashes}─ server"


def _output(event: dict[str, Any]) -> str:
    place = event.get("place", "")
    return fit(f"{event['at']:8.1f} ms  {OUTPUT_PREFIX}{_printed(event)}", COLUMNS - width(place)) + place


# ---------------------------------------------------------------- the rest


def _finding(result: Result) -> Iterator[str]:
    finding = result.findings[0]
    place = f" ({finding.at})" if finding.at != result.at else ""
    yield from _labelled("found", f"{finding.text}{place}", 2)
    yield from _labelled("expected", finding.expected, 2)
    yield from _labelled("received", finding.received, 2)


def _labelled(label: str, text: str, most: int) -> list[str]:
    lines = wrap(text, COLUMNS - LABEL)
    if len(lines) > most:
        lines = [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), COLUMNS - LABEL)]
    return [f"{pad(label if i == 0 else '', LABEL)}{line}" for i, line in enumerate(lines)]


def _raw(label: str, text: str) -> list[str]:
    """A command to be copied: never cut, never broken between its letters."""
    return [f"{pad(label, LABEL)}{text}"]
