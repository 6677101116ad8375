"""What a failed check looks like on a terminal: at most 25 lines of at most 80 columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from ..payload import fit, pad, width, wrap
from ..run.result import Result
from ..run.signature import sentence

COLUMNS = 80
LABEL = 10
MOST_LINES = 25
MOST_OUTPUT = 2
MOST_EXPLANATION = 12
LEAST_EVENTS = 4
LEAST_SMALLEST = 4
ARROW = 24
OUTPUT_PREFIX = "srv| "
ERROR_LINE = re.compile(r"[\w.]*(Error|Exception|panic|fatal error)(:|$)", re.IGNORECASE)
FRAME_LINE = re.compile(r'File "([^"]+)", line (\d+)')


def failure_lines(result: Result, lang: str = "en") -> list[str]:
    """The lines for one result that is not passed, in the user's language where the suite has it."""
    before = [*_head(result), fit(_in(result.title, lang), COLUMNS)]
    after = list(_finding(result, lang))
    if result.because:
        after += _labelled("because", result.because, 1 if result.findings else 4)
    after += [fit(f"  {line}", COLUMNS) for line in result.explanation[:MOST_EXPLANATION]]
    if result.hint:
        after += _labelled("hint", _in(result.hint, lang), 2 if result.as_check else 3)
    if result.by_hand and LABEL + width(result.by_hand) <= COLUMNS:
        after.append(_raw("by hand", result.by_hand))
    if not result.findings:
        return before + after
    server = _server(result)
    after += _smallest(result, MOST_LINES - len(before) - len(server) - len(after) - 3 - LEAST_EVENTS)
    after.append(_raw("again", result.again))
    events = _events(result, MOST_LINES - len(before) - len(server) - len(after) - 2)
    return [*before, "", *events, *server, "", *after]


def one_line(result: Result) -> str:
    """For pytest's short summary."""
    if result.findings:
        finding = result.findings[0]
        return f"{finding.text}: expected {finding.expected}, received {finding.received}"
    return result.because


def _in(texts: dict[str, str | None], lang: str) -> str:
    return texts.get(lang) or texts["en"] or ""


def _head(result: Result) -> list[str]:
    head = f"{result.verdict.upper()} {result.check} [{result.target}]"
    worth = f"{result.level} · {result.points} point{'s' if result.points != 1 else ''}"
    left = f"{head}  {worth}"
    if width(left) + 2 + width(result.at) <= COLUMNS:
        return [pad(left, COLUMNS - width(result.at)) + result.at]
    return [fit(left, COLUMNS), fit(result.at, COLUMNS)]


# ---------------------------------------------------------------- the transcript


def _events(result: Result, most: int) -> list[str]:
    """What the clients did and saw: the first two events and the last ones."""
    events = [event for event in result.transcript if not event["what"].startswith("prints ")]
    lines = [_event(event) for event in events]
    left_out = len(lines) + result.transcript_left_out - most + 1
    if left_out <= 1:
        return lines
    return [*lines[:2], f"{'':11}... {left_out} more ...", *lines[len(lines) - most + 3 :]]


def _server(result: Result) -> list[str]:
    """What the server said and how it ended."""
    output = [event for event in result.transcript if event["what"].startswith("prints ")]
    lines = [_output(event) for event in _telling(output)]
    if result.died:
        lines.append(f"{'':11}the server has ended: {result.died}")
    return lines


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
    return fit(f"{event['at']:8.1f} ms  {_arrow(event)}".rstrip(), COLUMNS)


PACKETS = {"sends packet": "──▶", "receives packet": "◀──"}
"""Whole lines: what a packet says matters more than where an arrow ends."""


def _arrow(event: dict[str, Any]) -> str:
    actor, what, shown = event["actor"], event["what"], event["shown"]
    if actor == "server":
        return f"server {what}"
    if what in PACKETS:
        return f"{pad(fit(actor, 10), 8)} {PACKETS[what]} {shown or 'empty'}"
    label = {
        "sends": shown or "empty",
        "receives": shown or "empty",
        "connects": "connects",
        "opens": "UDP socket",
        "leaves": "closes it",
        "refused": "ICMP: nobody",
        "closes": "FIN",
        "half-closes": "FIN, half",
        "resets": "RST",
        "ended by fin": "FIN",
        "ended by reset": "RST",
    }.get(what, what)
    to_server = what.startswith("connects by") or what in (
        "sends",
        "connects",
        "opens",
        "leaves",
        "closes",
        "half-closes",
        "resets",
    )
    name = pad(fit(actor, 10), 8)
    dashes = "─" * max(2, ARROW - width(label) - 6)
    if to_server:
        return f"{name} ── {label} {dashes}▶ server"
    return f"{name} ◀─ {label} {dashes}─ server"


def _output(event: dict[str, Any]) -> str:
    place: str = event.get("place", "")
    return fit(f"{event['at']:8.1f} ms  {OUTPUT_PREFIX}{_printed(event)}", COLUMNS - width(place)) + place


# ---------------------------------------------------------------- the rest


def _finding(result: Result, lang: str) -> Iterator[str]:
    if not result.findings:
        return
    finding = result.findings[0]
    place = f" (line {finding.at.rpartition(':')[2]})" if finding.at != result.at else ""
    most = 1 if result.as_check else 2  # the check says it as well
    yield from _labelled("found", f"{finding.text}{place}", most)
    yield from _labelled("expected", finding.expected, most)
    yield from _labelled("received", finding.received, most)
    if finding.looks_like:
        yield from _labelled("looks like", sentence(finding.looks_like, lang), 1)


def _smallest(result: Result, most: int) -> list[str]:
    """A check to be pasted into a suite, as it stands there; where it is too long, its first lines."""
    if not result.as_check:
        return []
    lines = result.as_check.splitlines()
    most = max(most - 1, LEAST_SMALLEST)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"      # {len(lines) - most + 1} more lines: see --netconform-record"]
    found = f"failing example (after {result.examples}, seed {result.seed}), as a check:"
    return [f"{pad('smallest', LABEL)}{found}", *lines]


def _labelled(label: str, text: str, most: int) -> list[str]:
    """At most so many lines; what does not fit is cut."""
    margin = max(LABEL, width(label) + 2)
    lines = wrap(text, COLUMNS - margin)
    if len(lines) > most:
        lines = [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), COLUMNS - margin)]
    return [f"{pad(label if i == 0 else '', margin)}{line}" for i, line in enumerate(lines)]


def _raw(label: str, text: str) -> str:
    """A command to be copied: never cut, never broken between its letters."""
    return f"{pad(label, LABEL)}{text}"
