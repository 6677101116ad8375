"""What a right server may do in its own way is accepted by every check."""

from __future__ import annotations

import ast
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from selftest import play_all

from pytest_netconform import bundled

FOLDER = bundled.references_dir() / "variations"
SERVERS = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("_"))
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "table.yaml").read_text(encoding="utf-8"))
RUNS = [(name, run) for name, row in TABLE.items() for run in row.get("runs", ())]
PATIENCE = 3.0
"""All of these servers are right: only a fault lets a deadline pass, however slow the machine is."""


@pytest.mark.parametrize(("name", "run"), RUNS, ids=[f"{name}{run.get('args', '')}" for name, run in RUNS])
def test_a_variation_meets_every_check_that_applies(name: str, run: dict[str, Any]) -> None:
    if name in ("ipv6_only", "dual_stack") and not _has_ipv6():
        pytest.skip("there is no IPv6 here")
    results = play_all(f"ref:variations/{name} {run.get('args', '')}", run.get("profile", ()), (), PATIENCE)
    unmet = {
        r.check: (r.tier, r.because, r.findings) for r in results if r.verdict not in ("passed", "skipped")
    }
    warns = run.get("warns", {})
    assert {check: what for check, what in unmet.items() if check not in warns} == {}
    assert set(warns) - set(unmet) == set()
    assert "core" not in {tier for tier, *_ in unmet.values()}
    assert [result.check for result in results if result.verdict == "passed"]


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_each_variation_is_in_the_table_and_each_row_has_a_server() -> None:
    assert sorted(TABLE) == [path.stem for path in SERVERS]


@pytest.mark.parametrize("path", SERVERS, ids=lambda path: path.stem)
def test_a_variation_names_what_it_is_as_the_table_does(path: Path) -> None:
    row = TABLE[path.stem]
    found = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert found == f"{', '.join(row['variation'])}: {row['about']}."
