from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from target_servers import LISTEN, PATIENCE, THREADED, WAIT, exchange, target

from pytest_netconform.deadline import Deadline, DeadlineMissed, poll
from pytest_netconform.target import AcceptQueue, Connection, Exit, Instance, Log, Vitals
from pytest_netconform.target.log import CAP


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    started = target(tmp_path, THREADED).start()
    yield started
    started.stop()


def test_a_connection_is_seen_from_the_servers_side(instance: Instance) -> None:
    with instance.socket() as client:
        client.connect(instance.address())
        client.sendall(b"hello")
        port = client.getsockname()[1]

        def read() -> Connection | None:
            seen = instance.connection(port)
            return seen if seen and seen.bytes_received == 5 and seen.receive_queue == 0 else None

        seen = poll(read, Deadline(PATIENCE), "the server to read")
        assert seen == Connection("ESTABLISHED", 0, 5, owned=True)
    assert poll(lambda: instance.connection(port) is None, Deadline(PATIENCE), "the server to close")


def test_the_accept_queue_of_a_paused_server_grows(instance: Instance) -> None:
    instance.pause()
    with instance.socket() as one, instance.socket() as two:
        one.connect(instance.address())
        two.connect(instance.address())
        queue = instance.accept_queue()
        assert queue == AcceptQueue(2, queue.limit if queue else 0)
        instance.resume()
        assert poll(lambda: (q := instance.accept_queue()) and q.length == 0, Deadline(PATIENCE), "accept()")


def test_it_tells_when_nobody_listens_any_more(tmp_path: Path) -> None:
    instance = target(
        tmp_path, LISTEN + "listener.accept(); listener.close(); print('closed', flush=True)" + WAIT
    ).start()
    assert instance.listening()
    with instance.socket() as client:
        client.connect(instance.address())
        instance.log.wait_for("closed", Deadline(PATIENCE))
    assert not instance.listening()
    assert instance.accept_queue() is None
    assert instance.exited() is None
    instance.stop()


def test_it_listens_as_long_as_its_socket_is_there(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has the socket may be unclear for a moment, while a server becomes a daemon."""
    monkeypatch.setattr(instance._tree, "pids", list)
    assert instance.listening()


def test_the_end_is_told_with_its_status_and_all_of_the_output(tmp_path: Path) -> None:
    source = LISTEN + "listener.accept(); print('x' * 100_000); print('last'); sys.exit(3)"
    instance = target(tmp_path, source).start()
    assert instance.exited() is None
    with instance.socket() as client:
        client.connect(instance.address())
        assert instance.wait_exit(Deadline(PATIENCE)) == Exit(status=3)
    assert instance.log.tail(1) == ["last"]
    assert str(instance.exited()) == "exit status 3"
    instance.stop()


def test_an_end_is_told_only_when_the_last_output_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Log.append

    def append_late(log: Log, data: bytes, at: float) -> None:
        time.sleep(0.05)
        append(log, data, at)

    monkeypatch.setattr(Log, "append", append_late)
    instance = target(tmp_path, LISTEN + "listener.accept(); print('last')").start()
    with instance.socket() as client:
        client.connect(instance.address())
        instance.wait_exit(Deadline(PATIENCE))
    assert instance.log.tail() == ["last"]
    instance.stop()


def test_waiting_for_the_end_of_a_living_server_misses_the_deadline(instance: Instance) -> None:
    with pytest.raises(DeadlineMissed, match="the server to end"):
        instance.wait_exit(Deadline(0.01))


def test_a_signal_reaches_the_first_process(instance: Instance) -> None:
    instance.signal(signal.SIGABRT)
    exit_ = instance.wait_exit(Deadline(PATIENCE))
    assert str(exit_) == "killed by SIGABRT (abort(): it found a fault in itself)"
    instance.signal(signal.SIGABRT)  # nobody is there any more
    assert instance.pids() == []


def test_the_vitals_follow_what_the_server_has(instance: Instance) -> None:
    before = instance.vitals()
    assert (before.processes, before.zombies) == (1, 0)
    assert before.rss_bytes > 1_000_000
    with instance.socket() as client:
        client.connect(instance.address())
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        during = instance.vitals()
        assert (during.threads, during.descriptors) == (before.threads + 1, before.descriptors + 1)
    instance.stop()
    assert instance.vitals() == Vitals()


def test_the_time_that_the_server_computes_is_measured(tmp_path: Path) -> None:
    instance = target(tmp_path, LISTEN + "while True: pass").start()
    poll(lambda: instance.vitals().cpu_seconds > 0.1, Deadline(PATIENCE), "a tenth of a second of work")
    instance.stop()


def test_a_server_is_asleep_when_all_of_its_threads_wait(instance: Instance) -> None:
    assert poll(instance.asleep, Deadline(PATIENCE), "the server to wait for clients")


def test_a_server_that_computes_is_not_asleep(tmp_path: Path) -> None:
    instance = target(tmp_path, LISTEN + "while True: pass").start()
    assert poll(lambda: not instance.asleep(), Deadline(PATIENCE), "the server to compute")
    instance.stop()


def test_zombies_are_counted_apart(tmp_path: Path) -> None:
    instance = target(tmp_path, LISTEN + "if os.fork() == 0: os._exit(0)" + WAIT).start()
    poll(lambda: instance.vitals().zombies == 1, Deadline(PATIENCE), "the zombie")
    assert instance.vitals().processes == 1
    instance.stop()


def test_standard_output_and_error_are_one_log_in_their_true_order(tmp_path: Path) -> None:
    source = "import sys\nfor i in range(3):\n    print(i); print('e', i, file=sys.stderr)\n" + THREADED
    instance = target(tmp_path, source).start()
    assert [text for _, text in instance.log.lines()] == ["0", "e 0", "1", "e 1", "2", "e 2"]
    instance.stop()


def test_a_server_that_floods_its_output_is_killed(tmp_path: Path) -> None:
    instance = target(tmp_path, LISTEN + "while True: os.write(1, b'x' * 65536)").start()
    exit_ = instance.wait_exit(Deadline(PATIENCE))
    why = "it printed more than 128 MiB (the limit: --netconform-limit output=...)"
    assert str(exit_) == f"killed by SIGKILL ({why})"
    assert len(instance.log.since()) <= 2 * CAP
    instance.stop()


def test_several_instances_run_side_by_side(tmp_path: Path) -> None:
    instances = [target(tmp_path, THREADED).start() for _ in range(3)]
    assert len({instance.port for instance in instances}) == 3
    instances[0].stop()
    assert [exchange(instance) for instance in instances[1:]] == [b"hello"] * 2
    for instance in instances:
        instance.stop()


def test_an_instance_that_nobody_stopped_is_stopped_when_the_tester_ends(tmp_path: Path) -> None:
    leave = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(open('ended', 'w').close()))"
    command = target(tmp_path, LISTEN.replace("listener", f"{leave}\nlistener", 1) + WAIT).command
    source = "import sys; from pytest_netconform.target import Target; Target('x', sys.argv[1]).start()"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", source, command], cwd=tmp_path, capture_output=True, check=True
    )
    assert ran.stderr == b""
    assert (tmp_path / "ended").exists()


def test_a_fork_of_the_tester_leaves_the_instance_alone(instance: Instance) -> None:
    pid = os.fork()
    if pid == 0:
        instance.stop()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert exchange(instance) == b"hello"


@pytest.mark.parametrize(
    ("status", "why", "told"),
    [
        (signal.SIGSEGV, "", "killed by SIGSEGV (invalid memory access)"),
        (signal.SIGKILL, "", "killed by SIGKILL (perhaps by the system, for want of memory)"),
        (signal.SIGKILL, "by the tester", "killed by SIGKILL (by the tester)"),
        (signal.SIGTERM, "", "killed by SIGTERM"),
        (40, "", "killed by signal 40"),
        (3 << 8, "", "exit status 3"),
    ],
)
def test_an_end_is_told_by_what_usually_causes_it(status: int, why: str, told: str) -> None:
    assert str(Exit.of(status, why)) == told
