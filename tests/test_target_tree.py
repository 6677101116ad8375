"""Whatever a server does with processes, its instance has them all, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from target_servers import (
    ECHO,
    LISTEN,
    PATIENCE,
    THREADED,
    WAIT,
    await_gone,
    exchange,
    is_alive,
    kill,
    target,
)

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import Exit, Instance, Target, guards
from pytest_netconform.target import start as start_module
from pytest_netconform.target.psutiltree import PsutilTree

DAEMON = LISTEN + "if os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n"
DAEMON += "print(os.getpid(), flush=True)\n" + ECHO
WORKERS = LISTEN + "for _ in range(3):\n    if os.fork() == 0: break\n" + ECHO
IGNORES_TERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + THREADED

TESTER = """
import os, sys, signal
from pytest_netconform.deadline import Deadline
from pytest_netconform.target import Target
instance = Target("server", sys.argv[1]).start()
instance.log.wait_for("\\n", Deadline(20))
fork = os.fork() if sys.argv[2] == "forks" else None
if fork != 0:
    print(int(instance.log.since()), fork or 0, flush=True)
signal.pause()
"""


def stop_and_look(instance: Instance) -> list[int]:
    """What is left after stop() of the processes there were."""
    pids = instance.pids()
    assert pids
    instance.stop()
    return [pid for pid in pids if is_alive(pid)]


@pytest.mark.parametrize("source", [THREADED, DAEMON, WORKERS], ids=["threads", "daemon", "workers"])
def test_nothing_is_left_of_a_server_that_forks(tmp_path: Path, source: str) -> None:
    instance = target(tmp_path, source).start()
    assert exchange(instance) == b"hello"
    assert stop_and_look(instance) == []


def test_a_server_behind_a_shell_belongs_to_the_instance(tmp_path: Path) -> None:
    inner = target(tmp_path, THREADED).command
    instance = Target("shell", f"sh -c '{inner}; true'").start()
    assert len(instance.pids()) == 2
    assert exchange(instance) == b"hello"
    assert stop_and_look(instance) == []


def test_a_server_behind_a_wrapper_script_belongs_to_the_instance(tmp_path: Path) -> None:
    wrapper = tmp_path / "run"
    wrapper.write_text(f'#!/bin/sh\n{target(tmp_path, THREADED).command} "$@"\n')
    wrapper.chmod(0o755)
    instance = Target("wrapped", "./run some arguments", cwd=tmp_path).start()
    assert exchange(instance) == b"hello"
    assert stop_and_look(instance) == []


def test_a_daemon_whose_launcher_has_ended_has_not_exited(tmp_path: Path) -> None:
    instance = target(tmp_path, DAEMON).start()
    poll(lambda: not is_alive(instance.pid), Deadline(PATIENCE), "the launcher to end")
    assert instance.exited() is None
    assert instance.listening()
    instance.log.wait_for("\n", Deadline(PATIENCE))
    kill(int(instance.log.since()))
    assert instance.wait_exit(Deadline(PATIENCE)) == Exit(status=0)
    instance.stop()


def test_a_server_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_netconform.target.instance.GRACE", 0.05)
    instance = target(tmp_path, IGNORES_TERM).start()
    assert stop_and_look(instance) == []
    assert instance.exited() == Exit(signal="SIGKILL")


def test_a_server_may_end_in_its_own_way_when_it_is_stopped(tmp_path: Path) -> None:
    polite = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n" + LISTEN + WAIT
    instance = target(tmp_path, polite).start()
    instance.stop()
    instance.stop()
    assert instance.exited() == Exit(status=7)


def test_a_paused_server_is_stopped_as_politely(tmp_path: Path) -> None:
    instance = target(tmp_path, THREADED).start()
    instance.pause()
    instance.stop()
    assert instance.exited() == Exit(signal="SIGTERM")


# ---------------------------------------------------------------- what a target inherits


def signals(pid: int, which: str) -> int:
    """The set of signals that a process ignores (SigIgn) or blocks (SigBlk), as bits."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith(which))


def test_a_signal_that_the_tester_ignores_is_not_ignored_by_the_target(tmp_path: Path) -> None:
    """`nohup pytest &` ignores SIGINT and SIGHUP; a target would look as if it ignored Ctrl-C."""
    shell = f"sh -c '{target(tmp_path, THREADED).command}; true'"  # unlike Python, it ignores nothing itself
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        instance = Target("shell", shell).start()
    finally:
        signal.signal(signal.SIGINT, before)
    assert signals(instance.pid, "SigIgn") == 0
    instance.stop()


def test_a_signal_that_the_tester_blocks_is_not_blocked_in_the_target(tmp_path: Path) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        instance = target(tmp_path, THREADED).start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
    assert signals(instance.pid, "SigBlk") == 0
    instance.stop()


def test_a_target_has_three_descriptors_and_a_session_of_its_own(tmp_path: Path) -> None:
    instance = target(
        tmp_path, LISTEN + "print(sorted(map(int, os.listdir('/proc/self/fd'))), flush=True)" + WAIT
    ).start()
    instance.log.wait_for(
        "[0, 1, 2, 3, 4]", Deadline(PATIENCE)
    )  # the listener, and the folder that is listed
    assert os.getsid(instance.pid) == instance.pid
    instance.stop()


def test_standard_input_is_open_and_empty(tmp_path: Path) -> None:
    source = (
        LISTEN
        + "threading.Thread(target=lambda: print('read', repr(sys.stdin.read(1)), flush=True)).start()"
        + WAIT
    )
    instance = target(tmp_path, source).start()
    instance.pause()
    instance.resume()
    assert "read" not in instance.log.since().decode()
    instance.stop()


# ---------------------------------------------------------------- the tester's end


@contextlib.contextmanager
def run_of(server: Target, kind: str) -> Iterator[tuple[int, int, int]]:
    """A tester with a running instance: its pid, the server's, and that of a fork of it, or 0."""
    command = [sys.executable, "-c", TESTER, server.command, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            pid, fork = map(int, process.stdout.readline().split())
            yield process.pid, pid, fork
        finally:
            process.kill()


PRINTS_PID = "import os; print(os.getpid(), flush=True)\n"


@pytest.mark.parametrize("source", [DAEMON, PRINTS_PID + IGNORES_TERM], ids=["daemon", "ignores-term"])
def test_nothing_is_left_when_the_tester_is_killed(tmp_path: Path, source: str) -> None:
    with run_of(target(tmp_path, source), "alone") as (tester, server, _):
        assert is_alive(server)
        kill(tester)
        await_gone([server])


def test_nothing_is_left_even_when_a_fork_of_the_killed_tester_lives(tmp_path: Path) -> None:
    with run_of(target(tmp_path, DAEMON), "forks") as (tester, server, fork):
        kill(tester)
        await_gone([server])
        assert is_alive(fork)
        kill(fork)


def test_the_end_of_the_thread_that_started_it_is_not_the_end_of_the_instance(tmp_path: Path) -> None:
    started: list[Instance] = []
    thread = threading.Thread(target=lambda: started.append(target(tmp_path, THREADED).start()))
    thread.start()
    thread.join()
    (instance,) = started
    instance.pause()  # answered after the guard has seen its parent thread's death signal
    instance.resume()
    assert instance.exited() is None
    assert exchange(instance) == b"hello"
    instance.stop()


def test_a_killed_guard_is_the_environments_fault_and_nothing_is_left(tmp_path: Path) -> None:
    instance = target(tmp_path, DAEMON).start()
    pids = instance.pids()
    guard = instance._tree._guard  # type: ignore[attr-defined]
    kill(guard)
    await_gone([guard])
    with pytest.raises(EnvironmentFault, match="the guard process of a server has ended unexpectedly"):
        instance.exited()
    instance.stop()
    await_gone(pids)


def test_the_first_process_ends_with_its_guard(tmp_path: Path) -> None:
    instance = target(tmp_path, THREADED).start()
    kill(instance._tree._guard)  # type: ignore[attr-defined]
    await_gone([instance.pid])
    instance.stop()


def test_a_killed_fork_server_takes_its_guards_along_and_is_followed_by_another(tmp_path: Path) -> None:
    server = target(tmp_path, DAEMON)
    instance = server.start()
    pids = instance.pids()
    kill(guards._server.process.pid)  # type: ignore[union-attr]
    await_gone(pids)
    instance.stop()
    another = server.start()
    assert another.exited() is None
    another.stop()


def test_a_fork_of_the_tester_has_guards_of_its_own(tmp_path: Path) -> None:
    server = target(tmp_path, THREADED)
    instance = server.start()
    pid = os.fork()
    if pid == 0:
        try:
            inner = server.start()
            is_right = exchange(inner) == b"hello"
            inner.stop()
            guards._server.end()  # type: ignore[union-attr]
            os._exit(0 if is_right else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert exchange(instance) == b"hello"
    instance.stop()


# ---------------------------------------------------------------- pausing


def test_pausing_stops_every_thread_of_every_process(tmp_path: Path) -> None:
    endless = "lambda: [None for _ in iter(int, 1)]"
    busy = f"\nfor _ in range(4): threading.Thread(target={endless}, daemon=True).start()\n"
    instance = target(
        tmp_path, LISTEN + "os.fork(); os.fork()" + busy + "print('busy', flush=True)" + WAIT
    ).start()
    instance.log.wait_for("busy", Deadline(PATIENCE), times=4)
    instance.pause()
    states = [
        path.read_text().rpartition(")")[2].split()[0]
        for pid in instance.pids()
        for path in Path(f"/proc/{pid}/task").glob("*/stat")
    ]
    assert states == ["T"] * 20
    instance.resume()
    instance.stop()


def test_a_paused_server_answers_when_it_is_resumed(tmp_path: Path) -> None:
    instance = target(tmp_path, THREADED).start()
    instance.pause()
    with instance.socket() as client:
        client.connect(instance.address())
        client.sendall(b"hello")
        port = client.getsockname()[1]
        seen = instance.connection(port)
        assert seen is not None
        assert not seen.accepted
        instance.resume()
        client.settimeout(PATIENCE)
        assert client.recv(9) == b"hello"
    instance.stop()


# ---------------------------------------------------------------- without a guard


def test_without_proc_the_tree_is_followed_by_psutil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_module, "open_tree", PsutilTree)
    instance = target(tmp_path, WORKERS).start()
    poll(lambda: len(instance.pids()) == 4, Deadline(PATIENCE), "the workers")
    instance.pause()
    instance.resume()
    assert exchange(instance) == b"hello"
    assert instance.exited() is None
    assert stop_and_look(instance) == []
    assert instance.exited() == Exit(signal="SIGTERM")
