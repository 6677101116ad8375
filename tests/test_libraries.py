from __future__ import annotations

from pathlib import Path

import pytest
from libraries import imported_by, skip_without_libraries_of

SCRIPT = """
import os, xml.dom
from no_such_library.server import Server
from neighbour import something
def main():
    import sys
"""


@pytest.fixture
def server(tmp_path: Path) -> Path:
    (tmp_path / "neighbour.py").touch()
    path = tmp_path / "server.py"
    path.write_text(SCRIPT, "utf-8")
    return path


def test_imports_are_found_wherever_they_are_but_not_those_of_its_folder(server: Path) -> None:
    assert imported_by(server) == {"os", "xml", "no_such_library", "sys"}


def test_the_reason_of_a_skip_names_the_library(server: Path) -> None:
    with pytest.raises(
        pytest.skip.Exception, match=r"^no_such_library not installed; the extra 'references'"
    ):
        skip_without_libraries_of(server)


def test_a_server_that_has_what_it_needs_is_tested(server: Path) -> None:
    server.write_text("import os", "utf-8")
    skip_without_libraries_of(server)
