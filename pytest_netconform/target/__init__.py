"""The server under test: its command line, its processes, its sockets, its output."""

from .command import parse_target
from .instance import Instance
from .log import Log
from .sockets import AcceptQueue, Connection
from .target import Target
from .vitals import Exit, Vitals

__all__ = [
    "AcceptQueue",
    "Connection",
    "Exit",
    "Instance",
    "Log",
    "Target",
    "Vitals",
    "parse_target",
]
