"""The server under test: its command line, its processes, its sockets, its output."""

from .command import parse_target
from .instance import Instance
from .limits import Limits, clients, parse_limit
from .log import Log
from .rungs import BOXED, RUNGS, Rung, Standing, stand
from .sockets import AcceptQueue, Connection, Transport
from .target import Target
from .vitals import Exit, Vitals

__all__ = [
    "BOXED",
    "RUNGS",
    "AcceptQueue",
    "Connection",
    "Exit",
    "Instance",
    "Limits",
    "Log",
    "Rung",
    "Standing",
    "Target",
    "Transport",
    "Vitals",
    "clients",
    "parse_limit",
    "parse_target",
    "stand",
]
