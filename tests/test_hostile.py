"""Whatever a target does, it is graded to the end, the verdict is right and clear, and nothing of it is left.

What each of them does is in hostile.py. They play one suite in a box, another one under Landlock, and a third
one without either.
"""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Literal

import hostile
import pytest
from boxes import skip_without
from hostile import MIB, MISDEEDS, NOBODY
from servers import script
from target_servers import PATIENCE, THREADED, exchange
from target_servers import target as simple_target

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.errors import TargetError
from pytest_netconform.run.items import items_of
from pytest_netconform.run.judge import Rules
from pytest_netconform.run.result import Result
from pytest_netconform.selftest.playing import play_all, suites
from pytest_netconform.target import BOXED, Limits, Rung, Target, processes
from pytest_netconform.target import landlock as landlock_module
from pytest_netconform.target.box import Box

MARK = "HOSTILE"
"""In the environment of all processes of a target."""
SUITES: dict[Rung, str] = {
    "box": "tcp-echo",
    "bubblewrap": "tcp-echo",
    "landlock": "disconnect",
    "process": "isolation",
}
IMPATIENT = 0.05
SOURCE = Path(hostile.__file__)


@dataclass(frozen=True)
class Fate:
    """What a target gets: all of it, a failure of which `told` is told, or no test at all, for the reason
    that `told` says."""

    gets: Literal["points", "failures", "errors"] = "points"
    told: str = ""
    limits: Limits = field(default_factory=Limits)
    patience: float = 1.0
    rungs: tuple[Rung, ...] = ("box", "bubblewrap", "landlock", "process")


def fails(told: str, patience: float = 1.0, **limits: float) -> Fate:
    return Fate("failures", told, Limits(**limits), patience)


def cannot_start(told: str, **limits: float) -> Fate:
    return Fate("errors", told, Limits(**limits))


FATES = {
    "prints-1-gib": fails("it printed more than 16 MiB", output=16 * MIB),
    "never-flushes": Fate(),
    # Outside of a box only the guard's looks bound it.
    "forks-without-end": Fate(
        "failures", "it had more than 100 processes", Limits(processes=100), rungs=BOXED
    ),
    "ignores-sigterm": Fate(),
    "leaves-its-session": Fate(),
    "stops-itself": fails("has been stopped by SIGSTOP, not by the tester", IMPATIENT),
    "fifty-ports": Fate(),
    "ipv6-only": Fate(),
    "listens-everywhere": Fate(),
    "listens-late": Fate(),
    "random-port": Fate(),
    "never-accepts": fails("0 bytes within", IMPATIENT),
    "never-reads": fails("0 bytes within", IMPATIENT),
    "sends-without-end": fails("alice received something else"),
    "terminal": fails("alice received something else"),
    "asks-its-parent-to-end": Fate(),
    "kills-its-parent": Fate(rungs=BOXED),
    "destroys-files": Fate(rungs=BOXED),
    "connects-outside": Fate(rungs=BOXED),
    "fills-the-disk": Fate(rungs=BOXED),
    "exits-at-once": cannot_start(
        "exit status 0 before it listened on a port|a server must not end by itself"
    ),
    "crashes-at-the-start": cannot_start("was killed by SIGSEGV (invalid memory access) before it listened"),
    "crashes": fails("killed by SIGSEGV (invalid memory access)"),
    "leaks-its-listener": fails("0 bytes within", IMPATIENT),
    "binds-again": Fate(),
    "needs-300-mib": Fate(),
    "grows-without-end": fails("it used more than 200 MiB of memory", memory=200 * MIB),
    "burns-time": fails("it used more than 0.3 s of a processor's time", cpu=0.3),
    "large-file": cannot_start(
        "File too large|it wrote a file of more than 1 MiB (the limit: --netconform-limit file-size=...)",
        file_size=MIB,
    ),
    "large-file-later": fails("killed by SIGXFSZ (it wrote a file of more than 1 MiB", file_size=MIB),
    "many-files": cannot_start(
        "Too many open files|it had 64 files open, and may have no more (the limit:",
        files=64,
    ),
    "many-files-later": fails("Too many open files", files=64),
}
CASES = [(misdeed, rung) for misdeed, fate in FATES.items() for rung in fate.rungs]


@pytest.fixture
def landlock() -> None:
    if not landlock_module.version():
        pytest.skip("this kernel has no Landlock")


@pytest.fixture(scope="module", autouse=True)
def fork_server(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of this process; it has a socket to it from its first instance on."""
    simple_target(tmp_path_factory.mktemp("first"), THREADED).start().stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the target runs, which has a file of its own."""
    (tmp_path / "server.py").write_text(SOURCE.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "precious.txt").write_text("precious", encoding="utf-8")
    return tmp_path


def target(folder: Path, misdeed: str, rung: Rung, **env: str) -> Target:
    return Target(
        misdeed,
        shlex.join([sys.executable, "server.py", misdeed, "--port", "{port}"]),
        cwd=folder,
        env={MARK: str(folder), "LATE": "0.5", **env},
        rung=rung,
        limits=FATES[misdeed].limits,
    )


# ---------------------------------------------------------------- what is left


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def processes_of(folder: Path) -> list[int]:
    """All that were started there, whoever their parent is now."""
    entry = f"{MARK}={folder}".encode()
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if entry in _environ(path)]


def _environ(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def own_sockets() -> int:
    """Of the tester."""
    links = (path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    return sum(str(link).startswith("socket:") for link in links)


# ---------------------------------------------------------------- what each of them gets


def test_each_misdeed_has_a_fate() -> None:
    assert FATES.keys() == MISDEEDS.keys()


@pytest.mark.parametrize(("misdeed", "rung"), CASES)
def test_what_a_target_gets_and_leaves(
    misdeed: str, rung: Rung, folder: Path, request: pytest.FixtureRequest
) -> None:
    if rung == "landlock":
        request.getfixturevalue(rung)
    skip_without(rung)
    before, sockets = contents(folder), own_sockets()
    fate, suite = FATES[misdeed], SUITES[rung]
    rules = Rules("robust", fate.patience)
    results = play_all(target(folder, misdeed, rung), rules, ("echo", "no-prints"), (suite,))

    assert [result.check for result in results] == checks_of(suite)
    assert [text for text in chain(*map(told_of, results)) if not text.isprintable()] == []
    AS_EXPECTED[fate.gets](results, fate.told)
    assert {result.blame for result in results} <= {"", "target"}
    assert processes_of(folder) == []
    assert own_sockets() == sockets
    if rung in BOXED:
        assert contents(folder) == before


def checks_of(suite: str) -> list[str]:
    (found,) = (one for one in suites() if one.name == suite)
    return [item.id for item in items_of(found, "")]


def all_points(results: Sequence[Result], told: str) -> None:
    assert [(one.check, told_of(one)) for one in results if one.verdict not in ("passed", "skipped")] == []


def some_failure(results: Sequence[Result], told: str) -> None:
    failed = [one for one in results if one.verdict == "failed"]
    assert failed
    assert told in "\n".join(told_of(failed[0]))
    assert {one.verdict for one in results} <= {"failed", "passed", "skipped"}


def errors_only(results: Sequence[Result], told: str) -> None:
    assert {(one.verdict, one.blame) for one in results} == {("error", "target")}
    for words in told.split("|"):
        assert words in "\n".join(told_of(results[0]))


AS_EXPECTED: dict[str, Callable[[Sequence[Result], str], None]] = {
    "points": all_points,
    "failures": some_failure,
    "errors": errors_only,
}


def told_of(result: Result) -> list[str]:
    """All that a user reads."""
    findings = [f"{one.text}: {one.expected}, {one.received}" for one in result.findings]
    events = [event["what"] for event in result.transcript]
    return [result.because, *result.explanation, *findings, *events, result.died]


# ---------------------------------------------------------------- what a box keeps from harm


def printed(folder: Path, misdeed: str, rung: Rung, lines: int, **env: str) -> list[str]:
    """What it says of its misdeed, after which it must still serve."""
    instance = target(folder, misdeed, rung, **env).start()
    try:
        assert exchange(instance) == b"hello"
        assert instance.pid in processes_of(folder)
        instance.log.wait_for("\n", Deadline(PATIENCE), times=lines)
        assert exchange(instance) == b"hello"
        return instance.log.tail()
    finally:
        instance.stop()


def test_files_that_a_server_destroys_in_its_box_are_there_afterwards(each_box: Rung, folder: Path) -> None:
    """It has a copy of its folder and a home of its own, and may not write anywhere else."""
    places = [Path.home() / "netconform-hostile", Path("/etc/netconform-hostile")]
    before = contents(folder)
    assert printed(folder, "destroys-files", each_box, 6) == [
        f"write {places[0]}: done",
        f"write {places[1]}: EROFS",
        *["overwrite: done", "remove: done"] * 2,
    ]
    assert contents(folder) == before
    assert [place for place in places if place.exists()] == []


def test_a_server_cannot_fill_the_disk_from_its_box(each_box: Rung, folder: Path) -> None:
    before = contents(folder)
    lines = printed(folder, "fills-the-disk", each_box, 2)
    assert lines == ["fill .: ENOSPC", "fill /tmp: ENOSPC"]
    assert contents(folder) == before


@pytest.mark.parametrize("rung", [*BOXED, "process"])
def test_only_in_a_box_a_server_cannot_connect_outside(rung: Rung, folder: Path) -> None:
    skip_without(rung)
    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(PATIENCE)
        places = [f"127.0.0.1:{outside.getsockname()[1]}", *([f"{NOBODY}:9"] if rung in BOXED else [])]
        lines = printed(folder, "connects-outside", rung, len(places), OUTSIDE=" ".join(places))
        if rung in BOXED:
            assert lines == ["connect to 127.0.0.1: ECONNREFUSED", f"connect to {NOBODY}: ENETUNREACH"]
            outside.setblocking(False)
            with pytest.raises(BlockingIOError):
                outside.accept()
        else:
            assert lines == ["connect to 127.0.0.1: done"]
            outside.accept()[0].close()


def test_a_server_that_kills_its_guard_is_told_as_that_and_leaves_nothing(folder: Path) -> None:
    """Without a box nobody can keep it from that, or know who it was."""
    found = play_all(target(folder, "kills-its-parent", "process"), Rules(), ("echo",), ("tcp-echo",))
    killed = next(one for one in found if one.verdict == "error")
    assert killed.blame == "environment"
    assert "the server itself, where it is in no box" in "\n".join(told_of(killed))
    assert processes_of(folder) == []


@pytest.mark.usefixtures("box")
def test_a_server_that_has_ended_before_the_tester_looks_is_no_fault_of_the_box(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its guard is gone by then, and with it the names of its namespaces."""
    entered = Box.entered

    def late(box: Box, guard: int, root: int) -> None:
        poll(lambda: not processes.descendants(guard), Deadline(PATIENCE), "the server to end")
        entered(box, guard, root)

    monkeypatch.setattr(Box, "entered", late)
    with pytest.raises(TargetError, match="ended with exit status 0 before it listened"):
        target(folder, "exits-at-once", "box").start()


# ---------------------------------------------------------------- by pytest itself

SUITE = """
suite: mine
title: mine
applies_to: tcp
needs: [echo]
checks:
  same-back:
    title: The same comes back
    points: 4
    steps: [{connect: alice}, {exchange: hello}]
  same-again:
    title: The same comes back again
    points: 2
    steps: [{connect: alice}, {exchange: hello}, {exchange: again}]
"""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
FORGED = re.compile(r"^ ?(::|##\[|=+ 99 passed|PASSED tcp-echo|</script>)", re.MULTILINE)


def hostile_command(misdeed: str) -> str:
    return shlex.join([sys.executable, str(SOURCE), misdeed])


@pytest.fixture
def suite(pytester: pytest.Pytester) -> str:
    (pytester.path / "mine.netconform.yaml").write_text(SUITE, encoding="utf-8")
    return "mine.netconform.yaml"


def test_what_a_server_writes_is_never_obeyed_by_a_terminal_or_a_reader(
    pytester: pytest.Pytester, suite: str
) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--target", f"terminal={hostile_command('terminal')}", suite),
            *("-v", "-rA", "--color=no", "--netconform-record=run.jsonl", "--junitxml=out.xml"),
        ],
        cwd=pytester.path,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED
    output = (ran.stdout + ran.stderr).decode()
    assert "owned" in output
    assert CONTROL.findall(output) == []
    assert FORGED.findall(output) == []
    report = ET.parse(pytester.path / "out.xml").getroot()[0]
    assert (report.attrib["tests"], report.attrib["failures"]) == ("2", "2")
    recorded = (pytester.path / "run.jsonl").read_text("utf-8")
    assert CONTROL.findall(recorded) == []
    assert [json.loads(line)["verdict"] for line in recorded.splitlines()] == ["failed", "failed"]


def test_a_fork_bomb_costs_its_neighbour_no_point(
    each_box: Rung, pytester: pytest.Pytester, suite: str
) -> None:
    good = shlex.join([sys.executable, str(script(pytester.path / "good.py"))])
    result = pytester.runpytest_subprocess(
        *("--target", f"bomb={hostile_command('forks-without-end')}", "--target", f"good={good}", suite),
        *(f"--sandbox={each_box}", "--netconform-limit=processes=100"),
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["bomb  0 of 6 points *", "good  6 of 6 points *"])
    result.stdout.fnmatch_lines(["*it had more than 100 processes*"])


BROKEN = {
    "folder": ("./folder", "./folder is a folder, not a program"),
    "missing": ("./missing", "there is no program ./missing in *"),
    "unknown": ("no-such-program", "there is no program 'no-such-program'"),
    "plain": ("./plain.py", "./plain.py is not executable"),
    "crlf": ("./crlf.sh", "the first line of ./crlf.sh ends as on Windows, with CR LF, *"),
    "lost": (
        "./lost.sh",
        "the interpreter '/no/such/interpreter', which the first line of ./lost.sh *",
    ),
    "empty": ("./empty", "the system cannot run ./empty: it is no program for this machine"),
    "script": (f"{sys.executable} missing.py", "the server ended with exit status 2 before it listened *"),
}
FILES = {
    "plain.py": (0o644, b"print()\n"),
    "crlf.sh": (0o755, b"#!/bin/sh\r\nexit\r\n"),
    "lost.sh": (0o755, b"#!/no/such/interpreter\n"),
    "empty": (0o755, b"\0\0\0\0"),
}


def test_a_command_line_that_cannot_work_is_told_in_a_sentence(pytester: pytest.Pytester, suite: str) -> None:
    (pytester.path / "folder").mkdir()
    for name, (mode, data) in FILES.items():
        (pytester.path / name).write_bytes(data)
        (pytester.path / name).chmod(mode)
    targets = (("--target", f"{name}={command}") for name, (command, _) in BROKEN.items())
    result = pytester.runpytest_subprocess(*chain(*targets), suite, "--netconform-record=run.jsonl")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    lines = (pytester.path / "run.jsonl").read_text("utf-8").splitlines()
    found = {one["target"]: one for one in map(json.loads, lines)}
    for name, (_, told) in BROKEN.items():
        assert (found[name]["verdict"], found[name]["blame"]) == ("error", "target")
        assert fnmatchcase(found[name]["because"], told)
