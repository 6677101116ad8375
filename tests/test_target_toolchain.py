"""A reference server in any language is run by one command line, and built before where it must be."""

from __future__ import annotations

import contextlib
import shutil
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_netconform import bundled
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.run.probe import probe
from pytest_netconform.target import Target, toolchain
from pytest_netconform.target.toolchain import ProgramMissing, command_line

HELLO = {
    ".py": "print('hello')",
    ".js": "console.log('hello')",
    ".c": '#include <stdio.h>\nint main(void) { puts("hello"); }',
    ".rs": 'fn main() { println!("hello") }',
    ".java": 'public class My { public static void main(String[] a) { System.out.println("hello"); } }',
}


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder in which nothing has been built."""
    folder = tmp_path / "temp dir"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def source(folder: Path, suffix: str = ".c", text: str = "") -> Path:
    path = folder / f"My{suffix}"
    path.write_text(text or HELLO[suffix], encoding="utf-8")
    return path


def built(temp: Path) -> list[Path]:
    return sorted(path for path in temp.glob("*/*") if path.suffix != ".lock")


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A C compiler that notes each run of it in the file `ran` beside it: the last word is the source."""
    path = tmp_path / "bin" / "cc"
    path.parent.mkdir()
    path.write_text('#!/bin/sh\necho >>"${0%cc}ran"\nsleep 0.2\ncp "$4" "$3"; chmod +x "$3"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent), prepend=":")
    return path


def test_each_language_has_a_server_here() -> None:
    assert bundled.LANGUAGES.keys() == HELLO.keys()


@pytest.mark.parametrize("suffix", bundled.LANGUAGES)
def test_what_the_command_line_runs_is_the_source(tmp_path: Path, suffix: str) -> None:
    path = source(tmp_path, suffix)
    try:
        words = command_line(path)
    except ProgramMissing as exc:
        pytest.skip(str(exc))
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert ran.stdout == "hello\n"
    assert command_line(path) == words


def test_a_server_of_several_processes_needs_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProgramMissing, match="socketio-cluster needs the program 'redis-server'") as caught:
        command_line(bundled.reference("socketio-cluster"))
    assert caught.value.explanation == ("on Debian or Ubuntu: apt install redis-server",)


def test_a_reference_in_python_is_run_by_our_python() -> None:
    path = bundled.reference("threads")
    assert command_line(path) == [sys.executable, str(path)]


def test_parallel_runs_build_once_and_leave_only_the_program(
    tmp_path: Path, temp: Path, compiler: Path
) -> None:
    path = source(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(command_line, [path] * 4))
    assert found == [[str(built(temp)[0])]] * 4
    assert len(built(temp)) == 1
    assert len((compiler.parent / "ran").read_text()) == 1


def test_another_source_or_compiler_is_built_anew(tmp_path: Path, temp: Path, compiler: Path) -> None:
    first = command_line(source(tmp_path))
    second = command_line(source(tmp_path, text="another"))
    with compiler.open("a") as file:
        file.write("# updated\n")
    third = command_line(source(tmp_path, text="another"))
    assert sorted([*first, *second, *third]) == list(map(str, built(temp)))
    assert len(built(temp)) == 3


def test_nobody_else_can_put_a_program_there(tmp_path: Path, temp: Path, compiler: Path) -> None:
    command_line(source(tmp_path))
    (folder,) = temp.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("trap", ["open", "link", "file"])
def test_a_folder_that_is_not_private_is_refused(
    tmp_path: Path, temp: Path, compiler: Path, trap: str
) -> None:
    command_line(source(tmp_path))
    (folder,) = temp.iterdir()
    if trap == "open":
        folder.chmod(0o770)
    else:
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere") if trap == "link" else folder.touch(0o600)
    with pytest.raises(EnvironmentFault) as caught:
        command_line(source(tmp_path))
    assert str(caught.value) == f"{folder} should be a folder that only this user can open; remove it"


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that installs one package, after it has noted its words in the file `ran` beside it."""
    path = tmp_path / "bin" / "npm"
    path.parent.mkdir()
    path.write_text(
        '#!/bin/sh\necho "$@" >>"${0%npm}ran"\ncp "$3/package-lock.json" "$3/node_modules" || exit 3\n'
    )
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent), prepend=":")
    return path


def package(folder: Path, lock: str = "{}") -> Path:
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text(lock)
    return source(folder, ".js")


def test_a_server_with_packages_is_copied_to_where_they_are_installed(
    tmp_path: Path, temp: Path, npm: Path
) -> None:
    path = package(tmp_path)
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    first, again = command_line(path), command_line(path)
    assert first == again
    assert [Path(first[1])] == [folder / "My.js" for folder in built(temp)]
    assert subprocess.run(first, capture_output=True, text=True, check=True).stdout == "hello\n"
    assert {entry.name for entry in built(temp)[0].iterdir()} == {
        *("My.js", "package.json", "package-lock.json", "node_modules")
    }
    (words,) = (npm.parent / "ran").read_text().splitlines()
    assert words.startswith("ci --prefix ")
    assert "--ignore-scripts" in words


def test_other_packages_are_installed_anew(tmp_path: Path, temp: Path, npm: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    assert command_line(package(tmp_path)) != command_line(package(tmp_path, '{"a": 1}'))
    assert len(built(temp)) == 2


def test_what_npm_says_is_told_and_nothing_stays(tmp_path: Path, temp: Path, npm: Path) -> None:
    npm.write_text("#!/bin/sh\necho npm error code ECONNREFUSED >&2\nexit 1\n")
    with pytest.raises(EnvironmentFault) as caught:
        command_line(package(tmp_path))
    assert str(caught.value) == "the reference server my cannot be built: npm ends with status 1"
    assert caught.value.explanation == ("npm error code ECONNREFUSED",)
    assert built(temp) == []


def test_a_server_without_packages_needs_no_npm(tmp_path: Path, temp: Path, npm: Path) -> None:
    path = source(tmp_path, ".js")
    with contextlib.suppress(ProgramMissing):
        assert command_line(path)[1:] == [str(path)]
    assert not (npm.parent / "ran").exists()


@pytest.mark.parametrize(
    ("name", "program", "packages"),
    [
        ("c-epoll", "cc", "gcc libc6-dev"),
        ("rust-threads", "rustc", "rustc"),
        ("java-threads", "javac", "default-jdk-headless"),
        ("node-net", "node", "nodejs"),
        ("socketio-node", "npm", "nodejs npm"),
    ],
)
def test_a_missing_program_is_named_and_is_no_fault_of_the_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, program: str, packages: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = probe(Target("server", f"ref:{name}"))
    assert (found.profile, found.blame) == (None, "environment")
    assert found.fault == (
        f"the reference server {name} needs the program {program!r}, which is not on this machine"
    )
    assert found.explanation == (f"on Debian or Ubuntu: apt install {packages}",)


def test_what_the_compiler_says_is_told_and_nothing_stays(tmp_path: Path, temp: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("cc is not installed")
    with pytest.raises(EnvironmentFault) as caught:
        command_line(source(tmp_path, text="int main(void) { return oops; }"))
    assert str(caught.value) == "the reference server my cannot be built: cc ends with status 1"
    assert any("oops" in line and "error" in line for line in caught.value.explanation)
    assert built(temp) == []


def test_a_long_complaint_is_cut_and_cannot_act_on_the_terminal(tmp_path: Path, compiler: Path) -> None:
    compiler.write_text("#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9; do printf '\\033[2J%s\\n' $i; done\nexit 7\n")
    with pytest.raises(EnvironmentFault) as caught:
        command_line(source(tmp_path))
    assert str(caught.value) == "the reference server my cannot be built: cc ends with status 7"
    assert caught.value.explanation == tuple(f"\\x1b[2J{number}" for number in range(1, 9))


def test_a_compiler_that_makes_nothing_is_found_out(tmp_path: Path, compiler: Path) -> None:
    compiler.write_text("#!/bin/sh\n")
    with pytest.raises(EnvironmentFault, match="cannot be built: cc ends with status 0"):
        command_line(source(tmp_path))


def test_a_compiler_that_hangs_is_ended(
    tmp_path: Path, compiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler.write_text("#!/bin/sh\nexec sleep 1000\n")
    monkeypatch.setattr(toolchain, "LONGEST_BUILD", 0.1)
    with pytest.raises(EnvironmentFault, match="cannot be built: cc takes more than 0 s"):
        command_line(source(tmp_path))
