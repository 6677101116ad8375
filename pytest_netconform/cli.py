"""`netconform`: small commands around suites."""

from __future__ import annotations

import argparse
import io
import sys
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
    return parser


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
