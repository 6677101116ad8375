"""Limits on open descriptors, and how limits are told."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from target_servers import LISTEN, PATIENCE, target

from pytest_netconform.deadline import Deadline
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target.limits import MIB, Limits, clients

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


def test_a_limit_that_was_met_is_told_with_its_option() -> None:
    told = Limits(files=100, file_size=MIB)
    assert told.met("files") == (
        "it had 100 files open, and may have no more (the limit: --netconform-limit files=...)"
    )
    assert told.met("file_size") == (
        "it wrote a file of more than 1 MiB (the limit: --netconform-limit file-size=...)"
    )


def test_where_the_machine_allows_less_its_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (99, 99))
    assert Limits(files=100).met("files") == (
        "it had 99 files open, and may have no more (the limit of this machine: ulimit -n)"
    )
