"""The fixtures, as tests in Python use them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from servers import script, udp_script

from pytest_netconform.deadline import Deadline
from pytest_netconform.fixtures import TargetFactory


def command(path: Path, body: str = "conn.sendall(data)") -> str:
    return shlex.join([sys.executable, str(script(path, body))])


def test_two_servers_at_once(target_factory: TargetFactory, tmp_path: Path) -> None:
    """The sample of the README."""
    one = target_factory(command(tmp_path / "a.py"))
    two = target_factory(command(tmp_path / "b.py", "conn.sendall(data.upper())"))
    client = one.connect()
    client.send(b"hello")
    assert client.read_exactly(5) == b"hello"
    other = two.connect()
    other.send(b"hello")
    assert other.read_exactly(5) == b"HELLO"
    assert one.port != two.port


def test_a_server_of_datagrams(target_factory: TargetFactory, tmp_path: Path) -> None:
    running = target_factory(
        shlex.join([sys.executable, str(udp_script(tmp_path / "a.py"))]), transport="udp"
    )
    client = running.connect_udp()
    client.send(b"hello")
    assert client.receive() == b"hello"


def test_a_running_target_tells_of_itself(target_factory: TargetFactory, tmp_path: Path) -> None:
    running = target_factory(command(tmp_path / "a.py", "print('got', data, flush=True); conn.sendall(data)"))
    client = running.connect()
    client.send(b"hello")
    client.read_exactly(5)
    assert running.host == "127.0.0.1"
    running.log.wait_for("got b'hello'", Deadline(10))
    assert running.vitals().processes == 1
    client.half_close()
    assert client.read_to_end() == "fin"


SAMPLE = """
def test_it(target):
    client = target.connect()
    client.send(b"hello")
    assert client.read_exactly(5) == b"hello"

def test_again(target):
    assert target.pid not in SEEN
    SEEN.add(target.pid)

def test_another_one(target):
    assert target.pid not in SEEN

SEEN = set()
"""


def test_target_is_a_fresh_instance_for_each_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SAMPLE)
    server = command(pytester.path / "srv.py")
    result = pytester.runpytest_subprocess(
        "--target", server, "test_target_is_a_fresh_instance_for_each_test.py"
    )
    result.assert_outcomes(passed=3)


def test_a_test_runs_for_each_target(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_it="def test_it(target): assert target.port")
    one, two = command(pytester.path / "a.py"), command(pytester.path / "b.py")
    result = pytester.runpytest_subprocess("--target", one, "--target", two, "test_it.py", "-v")
    result.stdout.fnmatch_lines(["test_it.py::test_it[[]a[]] PASSED*", "test_it.py::test_it[[]b[]] PASSED*"])


def test_without_a_target_such_a_test_is_skipped(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(target): pass")
    result = pytester.runpytest_subprocess("-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no target: say which server to test*"])


def test_a_projects_own_fixture_called_target_stays_its_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef target(): return 42")
    pytester.makepyfile(test_it="def test_it(target): assert target == 42")
    server = command(pytester.path / "srv.py")
    pytester.runpytest_subprocess("--target", server, "test_it.py").assert_outcomes(passed=1)
