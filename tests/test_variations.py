"""The table of the variations and the servers beside it belong together."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_netconform import bundled

FOLDER = bundled.references_dir() / "variations"
SERVERS = sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("_"))
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "table.yaml").read_text(encoding="utf-8"))


def test_each_variation_is_in_the_table_and_each_row_has_a_server() -> None:
    assert sorted(TABLE) == [path.stem for path in SERVERS]


@pytest.mark.parametrize("path", SERVERS, ids=lambda path: path.stem)
def test_a_variation_names_what_it_is_as_the_table_does(path: Path) -> None:
    row = TABLE[path.stem]
    found = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert found == f"{', '.join(row['variation'])}: {row['about']}."
