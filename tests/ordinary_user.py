"""Tests that root plays once more as an ordinary user, by a Python that such a one may run."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_netconform

USER = 1234
"""Has no name and no home."""
ROOT = Path(pytest_netconform.__file__).parents[1]


def play_as_ordinary_user(*arguments: str) -> str:
    """What pytest prints with these arguments; it has passed. Skips the test where that cannot be done."""
    if os.getuid() != 0:
        pytest.skip("the user is an ordinary one already")
    with _folder() as folder:
        env = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join((str(ROOT), sysconfig.get_path("purelib"))),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        python = _python(env)
        words = ["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", f"--basetemp={folder / 'pytest'}"]
        ran = _run([python, *words, *arguments], env)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _python(env: dict[str, str]) -> str:
    probe = f"import sys, pytest, psutil; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    for name in (sys.executable, "python3"):
        python = shutil.which(name, path=os.defpath)
        with contextlib.suppress(OSError):
            if python and _run([python, "-c", probe], env).returncode == 0:
                return python
    pytest.skip("no Python here that an ordinary user may run with these libraries")


def _run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        user=USER,
        group=USER,
        extra_groups=[],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """The folders of pytest are for the user who runs it."""
    with tempfile.TemporaryDirectory(prefix="netconform-user-") as name:
        os.chown(name, USER, USER)
        yield Path(name)
