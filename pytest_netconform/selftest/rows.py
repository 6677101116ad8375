"""Which bundled servers there are and what each of them must bring: the tables beside the servers, read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from .. import bundled
from ..suite.source import read

Kind = Literal["reference", "variation", "faulty"]
REPLIES = ("", "--reply ok!")
"""Each reference is played as an echo server and as one that acknowledges."""
PLAYED = ("tcp", "udp", "socketio")
"""The references for which there are bundled suites."""
DEVIATIONS = "socketio/deviations.yaml"
SCALE_OF_EVENTS = ("socketio-gevent",)
"""The Socket.IO references that are played with a thousand clients: each takes a quarter of a minute."""
IN_ENCODINGS = "threads"
ENCODINGS = ("gb18030", "big5", "shift_jis", "euc-kr", "utf-8")
"""One of them is played in these encodings too: what they do is the codec's alone."""


@dataclass(frozen=True)
class Row:
    """One bundled server, started with `args`, and what is said of it: `profile` as by --target-profile,
    `reply` and `encoding` as by --param '*.reply=...' and --param '*.encoding=...'; servers are told
    their encoding too.

    `fails`: checks that it must fail; `sometimes`: that it may fail, because its defect is a race. Both
    may be patterns such as `*/one-client`. `looks_like`: the signatures that failures of checks name.
    `warns`: checks that a right server need not meet, none of them core, each with the reason. `deviates`:
    checks that a reference does not meet, because what it is built on does not, each with the reason and the
    clause; those in `sometimes` too meet them by chance. All other checks pass or do not apply. `suites`:
    where only these are played.
    """

    server: str
    kind: Kind
    about: str = ""
    catalogue: tuple[str, ...] = ()
    args: str = ""
    profile: tuple[str, ...] = ()
    reply: str | None = None
    encoding: str | None = None
    fails: tuple[str, ...] = ()
    sometimes: tuple[str, ...] = ()
    looks_like: Mapping[str, str] = field(default_factory=dict)
    warns: Mapping[str, str] = field(default_factory=dict)
    deviates: Mapping[str, str] = field(default_factory=dict)
    scale: bool = False
    suites: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        encoding = f"--encoding {self.encoding}" if self.encoding else ""
        return " ".join(filter(None, (self.server, self.args, encoding)))

    @property
    def command(self) -> str:
        return f"ref:{self.id}"

    @property
    def foreseen(self) -> tuple[str, ...]:
        return (*self.fails, *self.sometimes, *self.deviates)

    @property
    def always_deviates(self) -> tuple[str, ...]:
        return tuple(check for check in self.deviates if check not in self.sometimes)

    @property
    def concerned(self) -> tuple[str, ...]:
        """The suites that its defect is about; none of them named where that may be any, or there is none."""
        if self.is_right:
            return self.suites
        named = {pattern.partition("/")[0] for pattern in self.foreseen}
        return self.suites or (() if "*" in named else tuple(sorted(named)))

    @property
    def is_right(self) -> bool:
        return self.kind != "faulty"


@cache
def rows() -> tuple[Row, ...]:
    """The right servers first."""
    return (*_references(), *_of_table("variations", "variation"), *_of_table("faulty", "faulty"))


def _references() -> Iterator[Row]:
    for name in bundled.reference_names():
        protocol = bundled.reference(name).parent.name
        if protocol in PLAYED:
            replies = REPLIES if protocol == "tcp" else REPLIES[:1]
            # A thousand clients are as many whatever they are answered.
            for args in replies:
                scale = name in SCALE_OF_EVENTS if protocol == "socketio" else not args
                yield Row(name, "reference", args=args, scale=scale, **_deviations(name))
    for encoding in ENCODINGS:
        yield Row(IN_ENCODINGS, "reference", encoding=encoding, suites=("gbk",))


def _deviations(name: str) -> dict[str, Any]:
    table: Any = read(bundled.references_dir() / DEVIATIONS, DEVIATIONS).value
    chance = tuple(check for check, one in table.items() if name in one.get("by_chance", ()))
    deviates = {
        check: f"{one['because']} ({one['clause']})"
        for check, one in table.items()
        if check in chance or name in one.get("servers", ())
    }
    return {"deviates": deviates, "sometimes": chance}


def _of_table(folder: str, kind: Kind) -> Iterator[Row]:
    path = bundled.references_dir() / folder / "table.yaml"
    if not path.is_file():
        return
    table: Any = read(path, f"{folder}/table.yaml").value
    for name, row in table.items():
        common = {"about": row["about"], "catalogue": row.get("catalogue") or row.get("variation", ())}
        for run in row.get("runs", ()):
            yield Row(f"{folder}/{name.replace('_', '-')}", kind, **common, **run)


def chosen(patterns: Iterable[str]) -> tuple[Row, ...]:
    """The rows whose server is called so, as `threads` or `faulty/*`; all of them without a pattern."""
    wanted = list(patterns)
    return tuple(row for row in rows() if not wanted or any(fits(row.server, one) for one in wanted))


def fits(name: str, pattern: str) -> bool:
    """Whether the name is the pattern; only `*` means anything in it, whatever else ids contain."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None
