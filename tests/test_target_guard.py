"""What guards know of processes, and how they are told what to start."""

from __future__ import annotations

import os

import pytest

from pytest_netconform.target import processes, spawn

ROOT, LAUNCHER, DAEMON, STRANGER = 10, 11, 12, 13


def let_proc_show(monkeypatch: pytest.MonkeyPatch, *looks: dict[int, int]) -> None:
    """One look after the other, each a process's parent by its pid; the last is repeated."""
    remaining = list(looks)
    now: dict[int, int] = {}

    def listdir(_: str) -> list[str]:
        nonlocal now
        now = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        return ["self", *map(str, now)]

    monkeypatch.setattr(os, "listdir", listdir)
    monkeypatch.setattr(processes, "_stat", lambda path: (now[int(path.split("/")[2])], "S"))


def test_the_tree_is_everything_below_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    let_proc_show(monkeypatch, {1: 0, ROOT: 1, DAEMON: LAUNCHER, LAUNCHER: ROOT, STRANGER: 1})
    assert processes.descendants(ROOT) == [LAUNCHER, DAEMON]


def test_a_child_whose_parent_ends_during_the_look_is_not_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    let_proc_show(monkeypatch, {1: 0, ROOT: 1, DAEMON: LAUNCHER}, {1: 0, ROOT: 1, DAEMON: ROOT})
    assert processes.descendants(ROOT) == [DAEMON]


def test_parents_that_are_hidden_for_good_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    let_proc_show(monkeypatch, {ROOT: 1, DAEMON: ROOT, STRANGER: 1})
    assert processes.descendants(ROOT) == [DAEMON]


def test_a_request_is_read_as_it_was_written() -> None:
    read, write = os.pipe()
    request = spawn.Request(
        program="/bin/x",
        argv=["x", "", "你"],
        cwd="/tmp",
        env={"EMPTY": "", "EQUALS": "a=b", "LINES": "a\nb", "CHINESE": "你好", "BYTES": os.fsdecode(b"\xff")},
        limits={"memory": 1.5},
        rlimits={7: 64},
        rules=[("/usr", 3)],
        view=[("hide", "/home"), ("own", "/home/me")],
        room=1 << 40,
    )
    os.write(write, request.encode() + b"pause\n")
    found, rest = spawn.read_request(b"", lambda: os.read(read, 7))
    assert found.__dict__ == request.__dict__
    assert rest + os.read(read, 100) == b"pause\n"
    for fd in (read, write):
        os.close(fd)


def test_what_is_below_a_process_without_a_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    let_proc_show(monkeypatch, {1: 0, ROOT: 1, LAUNCHER: ROOT, DAEMON: LAUNCHER, STRANGER: ROOT})
    assert processes.descendants(ROOT, {LAUNCHER}) == [STRANGER]


def test_a_request_that_ends_in_the_middle_is_an_end() -> None:
    pieces = [b"100\n", b"half", b""]
    with pytest.raises(EOFError):
        spawn.read_request(b"", lambda: pieces.pop(0))
