"""Where there is no box: Landlock holds a server off what is private; it writes to its own folder only."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ordinary_user import play_as_ordinary_user
from target_servers import ASKED, PATIENCE, THREADED, ask, exchange, target

from pytest_netconform import bundled
from pytest_netconform.deadline import Deadline
from pytest_netconform.target import Instance, landlock

pytestmark = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")

WRITE = "open({!r}, 'w').write('new')"
READ = "open({!r}).read()"
DENIED = "PermissionError"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("project", ".pyenv", ".ssh", "other"):
        (tmp_path / name).mkdir()
    for name in ("project/kept", ".pyenv/tool", ".ssh/id", "other/secret"):
        (tmp_path / name).write_text("as before")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[Instance]:
    started = target(home / "project", ASKED, rung="landlock", shown=(home / "other",)).start()
    yield started
    started.stop()


def test_a_home_cannot_be_read_but_for_tools_and_what_is_shown(instance: Instance, home: Path) -> None:
    assert ask(instance, READ.format(str(home / ".ssh/id"))) == DENIED
    assert ask(instance, f"os.listdir({str(home)!r})") == DENIED
    assert ask(instance, READ.format(str(home / ".pyenv/tool"))) == "as before"
    assert ask(instance, READ.format(str(home / "other/secret"))) == "as before"
    assert ask(instance, WRITE.format(str(home / "other/secret"))) == DENIED
    assert ask(instance, WRITE.format(str(home / "made"))) == DENIED


def test_its_folder_is_all_its_own(instance: Instance, home: Path) -> None:
    """A database that could not remove its journal would be wronged."""
    assert ask(instance, WRITE.format("made")) == 3
    assert ask(instance, WRITE.format("kept")) == 3
    assert ask(instance, "os.mkdir('folder')") is None
    assert ask(instance, "os.rename('made', 'folder/made')") is None
    assert ask(instance, "os.remove('folder/made')") is None
    assert ask(instance, "os.rmdir('folder')") is None
    assert (home / "project/kept").read_text() == "new"


def test_its_temporary_folder_is_its_own_and_goes_with_it(instance: Instance, home: Path) -> None:
    folder = ask(instance, "os.environ['TMPDIR']")
    assert isinstance(folder, str)
    assert ask(instance, WRITE.format(f"{folder}/made")) == 3
    assert ask(instance, f"os.remove({folder + '/made'!r})") is None
    assert ask(instance, WRITE.format(f"{folder}/made")) == 3
    with tempfile.NamedTemporaryFile(dir="/tmp") as outside:
        assert ask(instance, READ.format(outside.name)) == DENIED
    assert ask(instance, WRITE.format("/tmp/netconform-made")) == DENIED
    instance.stop()
    assert not Path(folder).exists()


def test_the_system_can_be_read_and_the_suites_cannot(instance: Instance) -> None:
    assert ask(instance, "len(open('/etc/passwd').read()) > 0") is True
    assert ask(instance, WRITE.format("/etc/netconform-made")) == DENIED
    assert ask(instance, "open('/dev/null', 'w').write('x')") == 1
    assert ask(instance, READ.format(str(bundled.suites()[0]))) == DENIED
    for folder in filter(os.path.isdir, sys.path):
        assert isinstance(ask(instance, f"os.listdir({folder!r})"), list)
    assert ask(instance, "len(os.listdir('/proc/self/fd')) > 0") is True


@pytest.mark.skipif(landlock.version() < landlock.SCOPES_SINCE, reason="this Landlock knows no signals")
def test_signals_reach_its_own_processes_only(instance: Instance) -> None:
    assert ask(instance, "os.kill(os.getppid(), 0)") == DENIED
    assert ask(instance, f"os.kill({os.getpid()}, 9)") == DENIED
    assert ask(instance, "os.kill(os.getpid(), 0)") is None


def test_no_rights_can_be_gained(instance: Instance) -> None:
    assert ask(instance, "open('/proc/self/status').read().count('NoNewPrivs:\\t1')") == 1


def test_semaphores_of_processes_work(home: Path) -> None:
    source = "import multiprocessing\nlock = multiprocessing.Lock()\nlock.acquire()\n" + ASKED
    started = target(home / "project", source, rung="landlock").start()
    assert ask(started, "lock.acquire(False)") is False
    started.stop()


def test_a_server_restarts_and_meets_its_second_copy(tmp_path: Path) -> None:
    first = target(tmp_path, THREADED, rung="landlock").start()
    copy = first.second_copy(Deadline(PATIENCE))
    assert copy.exit is not None
    first.kill(Deadline(PATIENCE))
    second = first.restart()
    assert exchange(second) == b"hello"
    for started in (first, second):
        started.stop()


def test_a_rule_about_what_is_not_there_is_none() -> None:
    """In a child, because the rules hold for good."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            landlock.restrict([("/", landlock.READ), ("/no/such/folder", landlock.ALL)])
            os.listdir("/")  # noqa: PTH208
            try:
                os.mkdir("/tmp/netconform-made")  # noqa: PTH102
            except PermissionError:
                status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_landlock_is_the_same_for_an_ordinary_user() -> None:
    assert " passed" in play_as_ordinary_user(__file__, "-k", "not ordinary_user")
