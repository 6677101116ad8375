"""Formatting, lint, types: one command means done."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

CHECKS = {
    "ruff-format": ("ruff", ["format", "--check", "."]),
    "ruff-lint": ("ruff", ["check", "."]),
    "mypy": ("mypy", []),
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_code_is_in_order(name: str) -> None:
    module, arguments = CHECKS[name]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed; the extra 'dev' brings it")
    ran = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_path_of_a_machine_is_in_the_project() -> None:
    """What is committed speaks of the project alone."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not names:
        pytest.skip("not a git checkout")
    words = ["/" + "root/", "/" + "work/", "/" + "home/runner"]
    found = [
        f"{name}: {word}"
        for name in names.splitlines()
        for word in words
        if word in (ROOT / name).read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []
