"""`netconform`: small commands around suites."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the arguments are those of the process unless given. Returns the exit status:
    0 fine, 1 problems found, 2 no such command, 4 wrong usage."""
    options = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Chinese
    try:
        status: int = options.run(options)
    except UsageError as exc:
        print(f"netconform: {exc}", file=sys.stderr)
        return 4
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("netconform", description="Tools for suites of pytest-netconform.")
    parser.add_argument("--version", action="version", version=f"netconform {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    lint = commands.add_parser("lint", help="find mistakes in suites, and steps that can never fail")
    lint.add_argument("files", nargs="+", type=Path, metavar="FILE")
    lint.set_defaults(run=_lint)
    schema = commands.add_parser("schema", help="print the JSON Schema of a suite, for editors")
    schema.set_defaults(run=_schema)
    selftest = commands.add_parser("selftest", help="play every bundled server and print who fails what")
    selftest.add_argument("servers", nargs="*", metavar="NAME", help="as threads or faulty/*; default: all")
    selftest.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), help="so many at a time")
    selftest.add_argument(
        "--times", type=int, default=1, help="play each so often, to see that it never varies"
    )
    selftest.add_argument(
        "--reach",
        choices=("checks", "suites", "all"),
        default="checks",
        help="play each faulty server on the checks that it must fail, on their suites, or on all of them",
    )
    selftest.set_defaults(run=_selftest)
    checks = commands.add_parser("checks", help="print the page about every bundled check, as Markdown")
    checks.set_defaults(run=_checks)
    return parser


def _selftest(options: argparse.Namespace) -> int:
    from .selftest.matrix import report, unproven
    from .selftest.playing import play_rows, suites
    from .selftest.rows import chosen

    rows = chosen(options.servers)
    if not rows:
        raise UsageError(f"no bundled server is called {' or '.join(options.servers)}")
    began = time.monotonic()
    outcomes = []
    for outcome in play_rows(rows * max(1, options.times), max(1, options.jobs), options.reach):
        outcomes.append(outcome)
        for problem in outcome.problems():
            print(problem, file=sys.stderr, flush=True)
    checks = [check.id for suite in suites() for check in suite.checks.values()]
    for line in report(outcomes, checks, complete=not options.servers):
        print(line)
    played = sum(not one.unavailable for one in outcomes)
    print(f"{played} servers played in {time.monotonic() - began:.0f} s")
    wrong = any(one.problems() for one in outcomes) or (not options.servers and unproven(outcomes, checks))
    return 1 if wrong else 0


def _checks(options: argparse.Namespace) -> int:
    from .selftest.page import page

    print(page(), end="")
    return 0


def _lint(options: argparse.Namespace) -> int:
    from .suite.lint import lint
    from .suite.load import load

    for path in options.files:
        if not path.is_file():
            raise UsageError(f"there is no file {str(path)!r}")
    problems = [problem for path in options.files for problem in lint(path)]
    for problem in problems:
        print(problem)
    if problems:
        return 1
    checks = sum(len(load(path).checks) for path in options.files)
    print(f"{_count(len(options.files), 'suite')}, {_count(checks, 'check')}: nothing to complain about")
    return 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _schema(options: argparse.Namespace) -> int:
    import json

    from .suite.schema import schema

    print(json.dumps(schema(), indent=2))
    return 0
