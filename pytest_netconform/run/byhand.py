"""A line for a shell that shows the same thing without this tool."""

from __future__ import annotations

from ..payload import shell_printf
from ..target import Instance
from .stage import NEWCOMER, Part
from .transcript import Transcript

LONGEST_LINE = 400
PAUSE = "sleep .2"


def by_hand(part: Part, transcript: Transcript, instance: Instance) -> str:
    """`(printf ...; sleep .2; printf ...) | nc HOST PORT`; empty where one such line cannot show it:
    with several clients, a reset, an empty datagram, or much data."""
    events = [event for event in transcript.events if event.actor not in ("server", NEWCOMER)]
    clients = {event.actor for event in events}
    pieces = [event for event in events if event.what == "sends"]
    if len(clients) != 1 or any(event.what == "resets" for event in events) or not pieces:
        return ""
    if any(event.size != len(event.data) or not event.size for event in pieces):
        return ""
    commands = f"; {PAUSE}; ".join(shell_printf(event.data) for event in pieces)
    port = str(instance.port) if not instance.takes_port else "PORT"
    nc = {"tcp": "nc", "udp": "nc -u"}[instance.transport]
    line = f"({commands}; {PAUSE}) | {nc} {instance.host} {port}"
    return line if len(line) <= LONGEST_LINE else ""
