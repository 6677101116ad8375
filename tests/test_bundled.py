from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_netconform import bundled
from pytest_netconform.errors import UsageError

FILES = ("JavaThreads.java", "c_epoll.c", "node_net.js", "rust_threads.rs", "threads.py", "readme.txt")


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package's folder as a wheel lays it out."""
    for name in ("suites/a.yaml", *(f"reference_impls/tcp/{file}" for file in FILES)):
        (tmp_path / "bundled" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bundled" / name).touch()
    (tmp_path / "bundled/reference_impls/faulty").mkdir()
    (tmp_path / "bundled/reference_impls/variations").mkdir()
    for name in ("faulty/double_echo", "faulty/_base", "variations/byte_by_byte"):
        (tmp_path / f"bundled/reference_impls/{name}.py").touch()
    monkeypatch.setattr(bundled, "PACKAGE", tmp_path)
    bundled._references.cache_clear()
    yield tmp_path / "bundled"
    bundled._references.cache_clear()


def test_a_wheel_has_the_folders_inside_the_package(wheel: Path) -> None:
    assert bundled.suites_dir() == wheel / "suites"
    assert bundled.references_dir() == wheel / "reference_impls"


def test_a_checkout_has_the_folders_beside_the_package() -> None:
    top = Path(bundled.__file__).resolve().parents[1]
    assert bundled.suites_dir() == top / "suites"
    assert bundled.references_dir() == top / "reference_impls"
    assert bundled.reference("threads") == top / "reference_impls/tcp/threads.py"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("faulty/double-echo", "faulty/double_echo.py"),
        ("faulty/double_echo", "faulty/double_echo.py"),
        ("java-threads", "tcp/JavaThreads.java"),
        ("JavaThreads", "tcp/JavaThreads.java"),
        ("c_epoll", "tcp/c_epoll.c"),
    ],
)
def test_dash_underscore_and_capital_name_the_same_server(wheel: Path, name: str, file: str) -> None:
    assert bundled.reference(name) == wheel / "reference_impls" / file


def test_only_servers_have_names_and_the_right_ones_come_first(wheel: Path) -> None:
    right = ("java-threads", "c-epoll", "node-net", "rust-threads", "threads")
    assert bundled.reference_names() == (*right, "variations/byte-by-byte", "faulty/double-echo")


def test_an_unknown_name_is_told_with_what_is_known(wheel: Path) -> None:
    with pytest.raises(UsageError) as caught:
        bundled.reference("thread")
    assert str(caught.value) == ("there is no reference server 'thread'; did you mean 'threads'?")


def test_a_name_like_no_other_is_told_with_the_references_and_the_folders_of_the_others(wheel: Path) -> None:
    with pytest.raises(UsageError) as caught:
        bundled.reference("xyzzy")
    assert str(caught.value) == (
        "there is no reference server 'xyzzy'; there are java-threads, c-epoll, node-net, rust-threads,"
        " threads, right ones with a peculiarity as variations/NAME, and servers with a defect as faulty/NAME"
    )
