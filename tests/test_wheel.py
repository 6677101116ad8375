"""The wheel carries all that the main job needs, from any folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installer lays it out."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named hatchling" in built.stderr:
        pytest.skip("hatchling is not installed; the extra 'dev' brings it")
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_suites_references_and_types_are_in_the_wheel(unpacked: Path) -> None:
    package = unpacked / "pytest_netconform"
    assert sorted(path.name for path in (package / "bundled/suites").glob("*.yaml")) == sorted(
        path.name for path in (ROOT / "suites").glob("*.yaml")
    )
    for name in ("threads.py", "c_epoll.c", "node_net.js", "JavaThreads.java", "rust_threads.rs"):
        assert (package / "bundled/reference_impls/tcp" / name).exists()
    for name in ("socketio_node.js", "package.json", "package-lock.json", "_contract.py"):
        assert (package / "bundled/reference_impls/socketio" / name).exists()
    assert not (package / "bundled/reference_impls/socketio/node_modules").exists()
    assert (package / "bundled/reference_impls/faulty/double_echo.py").exists()
    assert (package / "bundled/reference_impls/variations/byte_by_byte.py").exists()
    assert (package / "bundled/reference_impls/_pieces.py").exists()
    assert (package / "py.typed").exists()


def test_nothing_else_is_in_the_wheel(unpacked: Path) -> None:
    assert {path.name.partition("-")[0] for path in unpacked.iterdir()} == {"pytest_netconform"}


def test_the_main_job_works_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    words = ["-p", "pytest_netconform.plugin", "--target", "ref:threads", "-k", "tcp-echo", "-q"]
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "threads  " in ran.stdout
    assert re.search(r"^\d+ passed", ran.stdout, re.MULTILINE)
