"""Limits: on what an instance uses, on its descriptors and on the tester's."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from boxes import skip_without
from target_servers import ASKED, LISTEN, PATIENCE, ask, exchange, target

from pytest_netconform.deadline import Deadline
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import Rung, limits, processes
from pytest_netconform.target.limits import Limits, clients, descriptors_left, parse_limit

COUNTS = LISTEN + (
    "def left():\n"
    "    opened = []\n"
    "    try:\n"
    "        while True: opened.append(os.open('/dev/null', os.O_RDONLY))\n"
    "    except OSError: pass\n"
    "    for fd in opened: os.close(fd)\n"
    "    return len(opened)\n"
    "while True:\n"
    "    client = listener.accept()[0]\n"
    "    client.close()\n"
    "    print('left', min(left(), 1000), flush=True)\n"
)


def test_a_server_can_open_so_many_descriptors_more_and_afterwards_as_many_as_before(tmp_path: Path) -> None:
    instance = target(tmp_path, COUNTS).start()

    def left(times: int) -> str:
        with instance.socket() as client:
            client.connect(instance.address())
            instance.log.wait_for("\n", Deadline(PATIENCE), times=times)
        return instance.log.since().decode().split("\n")[times - 1]

    assert left(1) == "left 1000"
    with instance.descriptors_left(3):
        assert left(2) == "left 3"
    assert left(3) == "left 1000"
    instance.stop()


def test_processes_that_end_meanwhile_are_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with descriptors_left([gone.pid], 3):
        pass
    monkeypatch.setattr(limits, "_numbers", lambda _: {0, 1, 2})  # as it was when it was looked at
    with descriptors_left([gone.pid], 3):
        pass
    ends_inside = subprocess.Popen(["sleep", "60"])
    with descriptors_left([ends_inside.pid], 3):
        ends_inside.kill()
        ends_inside.wait()


def test_the_tester_may_have_more_clients_for_a_while() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = len(os.listdir("/proc/self/fd")) + 100  # noqa: PTH208
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, before[1]))
    try:
        with clients(500):
            assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > low + 300
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == low
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_clients_than_the_system_allows_are_refused() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        pytest.skip("no limit on open files here")
    with pytest.raises(EnvironmentFault, match="may have only"), clients(hard):
        pass


# ---------------------------------------------------------------- what an instance may use

RUNGS: tuple[Rung, ...] = ("process", "box", "bubblewrap")
USES = LISTEN + (
    "import resource\n"
    "while True:\n"
    "    with listener.accept()[0] as client:\n"
    "        while data := client.recv(1024):\n"
    "            {use}\n"
    "            client.sendall(data)\n"
)


def ending(folder: Path, use: str, rung: Rung, **limits: float) -> str:
    """How a server ends that does this when it is sent something."""
    skip_without(rung)
    server = target(folder, USES.format(use=use), rung=rung, limits=Limits(**limits))
    instance = server.start()
    assert instance.exited() is None
    with instance.socket() as client:
        client.settimeout(PATIENCE)
        client.connect(instance.address())
        client.sendall(b"x")
        exit_ = instance.wait_exit(Deadline(PATIENCE))
        instance.stop()
    return str(exit_)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize(
    ("use", "limits", "sentence"),
    [
        (
            "kept = bytearray(os.urandom(1)) * (300 << 20); time.sleep(60)",
            {"memory": 128 << 20},
            "it used more than 128 MiB of memory (the limit: --netconform-limit memory=...)",
        ),
        (
            "[os.fork() or time.sleep(60) for _ in range(20)]; time.sleep(60)",
            {"processes": 10},
            "it had more than 10 processes (the limit: --netconform-limit processes=...)",
        ),
        (
            "while True: pass",
            {"cpu": 0.5},
            "it used more than 0.5 s of a processor's time (the limit: --netconform-limit cpu=...)",
        ),
        (
            "while True: os.write(1, bytes(65536))",
            {"output": 1 << 20},
            "it printed more than 1 MiB (the limit: --netconform-limit output=...)",
        ),
    ],
)
def test_a_server_that_uses_more_than_its_limit_is_ended(
    use: str,
    limits: dict[str, float],
    sentence: str,
    rung: Rung,
    tmp_path: Path,
) -> None:
    assert ending(tmp_path, use, rung, **limits) == f"killed by SIGKILL ({sentence})"


def test_time_of_children_that_have_ended_counts(tmp_path: Path) -> None:
    use = (
        "while True:\n"
        "                if os.fork() == 0:\n"
        "                    end = time.process_time() + 0.1\n"
        "                    while time.process_time() < end: pass\n"
        "                    os._exit(0)\n"
        "                os.wait()\n"
    )
    assert "of a processor's time" in ending(tmp_path, use, "process", cpu=0.5)


SHARED = (
    "import os, signal\nshared = os.urandom(50 << 20)\n"
    "for _ in range(100):\n"
    "    if os.fork() == 0:\n"
    "        while True: signal.pause()\n"
) + LISTEN
ECHO_ONE_BY_ONE = (
    "while True:\n"
    "    with listener.accept()[0] as client:\n"
    "        while data := client.recv(1024): client.sendall(data)\n"
)


@pytest.mark.parametrize("rung", RUNGS)
def test_memory_that_forks_share_counts_once(rung: Rung, tmp_path: Path) -> None:
    """A hundred children that do nothing, with 50 MiB in common: 5 GiB if each were counted."""
    skip_without(rung)
    limits = Limits(memory=512 << 20)
    instance = target(tmp_path, SHARED + ECHO_ONE_BY_ONE, rung=rung, limits=limits).start()
    pids = instance.pids()
    assert len(pids) == 101
    used = processes.usage(pids, {"memory": limits.memory})
    assert 50 << 20 < used["memory"] < limits.memory
    # The guard has looked a few times, and the server lives.
    looks = Deadline(1.0)
    while not looks.expired():
        assert instance.exited() is None
        assert exchange(instance) == b"hello"
    instance.stop()


@pytest.mark.parametrize("rung", RUNGS)
def test_each_process_is_held_to_its_files(rung: Rung, tmp_path: Path) -> None:
    skip_without(rung)
    limits = Limits(files=32, file_size=4096)
    instance = target(tmp_path, ASKED, rung=rung, limits=limits).start()
    assert ask(instance, "[os.open('/dev/null', 0) for _ in range(40)]") == "OSError"
    assert ask(instance, "len(os.listdir('/proc/self/fd'))") == "OSError"
    instance.stop()
    instance = target(tmp_path, ASKED, rung=rung, limits=limits).start()
    assert ask(instance, "open('big', 'wb', 0).write(bytes(5000))") == 4096
    assert ask(instance, "open('big', 'ab', 0).write(b'x')") == "OSError"
    assert ask(instance, "__import__('resource').getrlimit(4)") == (0, 0)
    assert ask(instance, "__import__('resource').getrlimit(7)") == (32, 32)
    instance.stop()


def test_limits_that_are_lower_already_are_not_raised(tmp_path: Path) -> None:
    """In a child, because a hard limit cannot be raised again by everybody."""
    source = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (200, 300))\n"
        "from pathlib import Path\n"
        "from target_servers import ASKED, ask, target\n"
        "instance = target(Path(sys.argv[1]), ASKED).start()\n"
        "print(ask(instance, \"__import__('resource').getrlimit(7)\"))\n"
        "instance.stop()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", source, str(tmp_path)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "(200, 300)\n"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("memory=512MiB", ("memory", 512 << 20)),
        ("memory=1048576", ("memory", 1 << 20)),
        ("output=1.5KiB", ("output", 1536)),
        ("file-size=2GiB", ("file_size", 2 << 30)),
        ("cpu=90s", ("cpu", 90)),
        ("time=10min", ("time", 600)),
        ("time=1h", ("time", 3600)),
        ("processes=64", ("processes", 64)),
        ("files=256", ("files", 256)),
    ],
)
def test_a_limit_is_read(text: str, limit: tuple[str, float]) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    ("limits", "name", "sentence"),
    [
        (Limits(memory=2 << 30), "memory", "it used more than 2048 MiB of memory"),
        (Limits(cpu=1.5), "cpu", "it used more than 1.5 s of a processor's time"),
        (Limits(file_size=2048), "file_size", "it wrote a file of more than 2 KiB"),
        (Limits(), "files", "it had 65536 files open, and may have no more"),
        (Limits(), "time", "the checks of this target have taken more than 3600 s"),
    ],
)
def test_a_limit_that_was_met_is_told(limits: Limits, name: str, sentence: str) -> None:
    option = name.replace("_", "-")
    assert limits.told(name) == f"{sentence} (the limit: --netconform-limit {option}=...)"


def test_where_the_machine_allows_less_its_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (99, 99))
    assert Limits(files=100).met("files") == (
        "it had 99 files open, and may have no more (the limit of this machine: ulimit -n)"
    )
