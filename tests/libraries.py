"""Which libraries a server needs, so that a test of it is skipped where they are not installed."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest


def skip_without_libraries_of(script: Path) -> None:
    """Skip the running test if the script imports a library that is not installed."""
    missing = sorted(name for name in imported_by(script) if importlib.util.find_spec(name) is None)
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed; the extra 'references' brings what it needs")


def imported_by(script: Path) -> set[str]:
    """The top-level modules that a script imports, wherever in its text.

    Modules that lie in its own folder are found there and need no library."""
    names = set(_imports(ast.parse(script.read_text("utf-8"))))
    return {name for name in names if not script.with_name(f"{name}.py").exists()}


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
