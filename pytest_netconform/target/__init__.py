"""The server under test: its command line, its processes, its sockets, its output."""

from .command import parse_target
from .instance import Instance
from .limits import clients
from .log import Log
from .rungs import RUNGS, Rung, Standing, stand
from .sockets import AcceptQueue, Connection, Transport
from .target import Target
from .vitals import Exit, Vitals

__all__ = [
    "RUNGS",
    "AcceptQueue",
    "Connection",
    "Exit",
    "Instance",
    "Log",
    "Rung",
    "Standing",
    "Target",
    "Transport",
    "Vitals",
    "clients",
    "parse_target",
    "stand",
]
