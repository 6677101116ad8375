"""What is peculiar to boxes by bwrap: PID 1 in them, a copy of the folder, and several instances in one."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ordinary_user import play_as_ordinary_user
from target_servers import ASKED, PATIENCE, THREADED, ask, await_gone, exchange, is_alive, kill, target

from pytest_netconform.deadline import Deadline, poll
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import Instance, Limits, Target, boxinit, bubblewrap, processes
from pytest_netconform.target.bubblewrap import Bubblewrap, arguments
from pytest_netconform.target.namespaces import kernel
from pytest_netconform.target.vitals import line_of

pytestmark = pytest.mark.usefixtures("bubblewrap")


def wrapped(folder: Path, source: str = ASKED, **options: object) -> Target:
    return target(folder, source, rung="bubblewrap", **options)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    started = wrapped(tmp_path).start()
    yield started
    started.stop()


# ---------------------------------------------------------------- side by side

SEVEN = """
import socket
listener = socket.create_server(("127.0.0.1", 7788))
while True:
    with listener.accept()[0] as client:
        client.sendall(client.recv(100) + {word!r})
"""


def test_two_servers_on_port_7788_at_the_same_time(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    first, second = (wrapped(one, SEVEN.format(word=one.name.encode())).start() for one in folders)
    assert (first.port, second.port) == (7788, 7788)
    assert (exchange(first), exchange(second)) == (b"helloa", b"hellob")
    for started in (first, second):
        started.stop()


# ---------------------------------------------------------------- PID 1


def test_pid_1_can_be_neither_killed_nor_looked_into(instance: Instance) -> None:
    """The server has the same user."""
    for number in (9, 19, 15, 2):
        assert ask(instance, f"os.kill(1, {number})") is None
    assert ask(instance, "os.readlink('/proc/1/fd/3')") == "PermissionError"
    assert ask(instance, "open('/proc/1/mem', 'rb')") == "PermissionError"
    assert ask(instance, "open('/proc/1/environ').read()") == "PermissionError"
    assert ask(instance, "__import__('ctypes').CDLL(None).ptrace(16, 1, 0, 0)") == -1
    assert ask(instance, "os.getppid()") == 1


def test_nothing_of_the_tester_is_open_in_the_server(instance: Instance) -> None:
    """But its standard streams, its own listener and the client that asks."""
    links = ask(
        instance,
        "[os.readlink(f'/proc/self/fd/{n}') for n in range(64) if os.path.exists(f'/proc/self/fd/{n}')]",
    )
    assert isinstance(links, list)
    assert [link.partition(":")[0] for link in links[:3]] == ["pipe", "pipe", "pipe"]
    assert sum(link.startswith("socket:") for link in links) == 2
    assert len(links) == 5


def test_nothing_can_be_added_to_its_devices_and_kernel_settings(instance: Instance) -> None:
    assert ask(instance, "open('/dev/made', 'w')") == "OSError"
    assert ask(instance, "open('/proc/sys/net/ipv4/ip_forward', 'w')") == "OSError"
    assert ask(instance, "open('/dev/netconform/own/server.py', 'a')") == "OSError"
    assert ask(instance, "open('/dev/netconform/code/guard.py', 'a')") in ("OSError", "PermissionError")


FORKS = (
    "def forked():\n"
    "    for number in range(400):\n"
    "        try:\n"
    "            if os.fork() == 0:\n"
    "                while True: signal.pause()\n"
    "        except BlockingIOError: return number\n"
)


@pytest.mark.skipif(kernel() < (5, 14), reason="the kernel counts all processes of a user together")
def test_the_kernel_holds_up_a_server_that_forks_without_end(tmp_path: Path) -> None:
    """Faster than anybody can look, unless its user is root."""
    limits = Limits(processes=50)
    started = wrapped(tmp_path, "import os, signal\n" + FORKS + ASKED, limits=limits).start()
    assert ask(started, "__import__('resource').getrlimit(6)") == (200, 200)
    if os.getuid() != 0:
        with started.socket() as client:
            client.connect(started.address())
            client.sendall(b"print('forked', forked(), flush=True)")
            assert "it had more than 50 processes" in str(started.wait_exit(Deadline(PATIENCE)))
        told = [line.split() for line in started.log.tail() if line.startswith("forked")]
        assert [100 < int(number) < 200 for _, number in told] in ([], [True])
    started.stop()


def test_bwrap_that_dies_takes_everything_with_it(tmp_path: Path) -> None:
    started = wrapped(tmp_path, THREADED).start()
    pids = line_of(started.pid)[:3]
    kill(pids[-1])
    assert "SIGKILL" in str(started.wait_exit(Deadline(PATIENCE)))
    await_gone(pids)
    started.stop()


# ---------------------------------------------------------------- several instances in one box


def box_of(instance: Instance) -> Bubblewrap:
    assert isinstance(instance._box, Bubblewrap)
    return instance._box


def test_a_second_copy_beside_it_is_not_among_its_processes(tmp_path: Path) -> None:
    forks = "import os\nos.fork() or __import__('signal').pause()\n" + THREADED.replace(
        'os.environ["PORT"])))', 'os.environ["PORT"])), reuse_port=True)'
    )
    first = wrapped(tmp_path, forks).start()
    before = first.pids()
    from pytest_netconform.target.start import command_of, launch

    launched = launch(command_of(first.target, first.port), first.target, first._box)
    poll(lambda: len(launched.tree.pids()) == 2, Deadline(PATIENCE), "both processes of the copy")
    copies = launched.tree.pids()
    assert first.pids() == before
    assert not set(copies) & set(before)
    launched.close()
    await_gone(copies)
    assert exchange(first) == b"hello"
    assert first.pids() == before
    first.stop()


def test_a_copy_goes_on_when_the_first_one_is_killed(tmp_path: Path) -> None:
    shares = THREADED.replace('os.environ["PORT"])))', 'os.environ["PORT"])), reuse_port=True)')
    first = wrapped(tmp_path, shares).start()
    from pytest_netconform.target.start import command_of, launch

    launched = launch(command_of(first.target, first.port), first.target, first._box)
    poll(lambda: launched.table.listening(launched.tree.pids), Deadline(PATIENCE), "the copy to listen")
    os.kill(first.pid, 9)
    assert "SIGKILL" in str(first.wait_exit(Deadline(PATIENCE)))
    assert launched.tree.exit() is None
    assert exchange(first) == b"hello"
    launched.close()
    first.stop()


def test_the_box_lasts_until_its_last_instance_is_stopped(tmp_path: Path) -> None:
    first = wrapped(tmp_path, THREADED).start()
    one = box_of(first).guard
    first.kill(Deadline(PATIENCE))
    second = first.restart()
    first.stop()
    assert exchange(second) == b"hello"
    assert line_of(second.pid)[1] == one
    second.stop()
    assert not is_alive(one)


def test_what_an_instance_has_written_is_there_when_it_is_started_again(tmp_path: Path) -> None:
    first = wrapped(tmp_path).start()
    assert ask(first, "open('kept', 'w').write('x')") == 1
    first.kill(Deadline(PATIENCE))
    second = first.restart()
    assert ask(second, "open('kept').read()") == "x"
    for one in (second, first):
        one.stop()
    third = first.target.start()
    assert ask(third, "open('kept')") == "FileNotFoundError"
    third.stop()
    assert not (tmp_path / "kept").exists()


# ---------------------------------------------------------------- the copy of its folder


def test_the_copy_is_like_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir(mode=0o750)
    (tmp_path / "inner/run").write_bytes(b"x" * 3_000_000)
    (tmp_path / "inner/run").chmod(0o744)
    os.utime(tmp_path / "inner/run", (1000, 2000))
    os.utime(tmp_path / "inner", (3000, 4000))
    (tmp_path / "link").symlink_to("inner/run")
    (tmp_path / "broken").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    started = wrapped(tmp_path).start()
    look = "(lambda seen: (oct(seen.st_mode), seen.st_mtime))(os.stat({!r}))"
    assert ask(started, look.format("inner/run")) == ("0o100744", 2000.0)
    assert ask(started, look.format("inner")) == ("0o40750", 4000.0)
    assert ask(started, "os.path.getsize('inner/run')") == 3_000_000
    assert ask(started, "os.readlink('link'), os.readlink('broken')") == ("inner/run", "nowhere")
    assert ask(started, "os.path.exists('fifo')") is False
    started.stop()


@pytest.mark.parametrize(
    ("name", "most", "told"),
    [("MOST_FILES", 3, "more than 3 files"), ("LARGEST_COPY", 2 << 20, "more than 2 MiB")],
)
def test_a_folder_that_is_too_large_to_be_copied_is_refused(
    name: str, most: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bubblewrap, name, most)
    server = wrapped(tmp_path, THREADED)
    (tmp_path / "a").write_bytes(bytes(1 << 20))
    server.start().stop()
    for word in ("b", "c", "d"):
        (tmp_path / word).write_bytes(bytes(1 << 20))
    with pytest.raises(EnvironmentFault) as caught:
        server.start()
    assert str(caught.value).endswith(told)
    assert str(tmp_path) in str(caught.value)
    assert "--target-cwd" in caught.value.explanation[0]


def test_what_is_hidden_in_the_folder_is_neither_copied_nor_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suites of this project lie in it, when it is tested by itself."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "answers").write_bytes(bytes(3 << 20))
    monkeypatch.setattr(bubblewrap, "LARGEST_COPY", 1 << 20)
    monkeypatch.setattr("pytest_netconform.bundled.suites_dir", lambda: secret)
    started = wrapped(tmp_path).start()
    for folder in ("secret", "/dev/netconform/own/secret"):
        assert ask(started, f"os.listdir({folder!r})") == []
    started.stop()


def test_what_is_installed_in_the_folder_is_shown_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of it would take longer than everything else."""
    for name in (".venv/lib", "web/node_modules"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "large").write_bytes(bytes(3 << 20))
    (tmp_path / "web/index.html").write_text("hello")
    secret = tmp_path / ".venv/lib/secret"
    secret.mkdir()
    (secret / "answers").write_text("42")
    monkeypatch.setattr(bubblewrap, "LARGEST_COPY", 1 << 20)
    monkeypatch.setattr("pytest_netconform.bundled.suites_dir", lambda: secret)
    started = wrapped(tmp_path).start()
    for name in (".venv/lib/large", "web/node_modules/large"):
        assert ask(started, f"os.path.getsize({name!r})") == 3 << 20
        assert ask(started, f"open({name!r}, 'w')") == "OSError"
    assert ask(started, "open('web/index.html', 'r+').read()") == "hello"
    for folder in (".venv/lib/secret", "/dev/netconform/own/.venv/lib/secret"):
        assert ask(started, f"os.listdir({folder!r})") == []
    started.stop()


# ---------------------------------------------------------------- nothing is left


def alive() -> list[int]:
    """The processes below the tester."""
    return [pid for pid in processes.descendants(os.getpid()) if is_alive(pid)]


def test_neither_files_nor_processes_nor_descriptors_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, own = tmp_path / "temporary", tmp_path / "own"
    temporary.mkdir()
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    wrapped(own, THREADED).start().stop()  # from the first on there is a fork server
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    below, files = alive(), sorted(temporary.iterdir())
    started = wrapped(own, THREADED).start()
    assert len(alive()) > len(below)
    exchange(started)
    started.stop()
    monkeypatch.setattr(bubblewrap, "MOST_FILES", 0)
    with pytest.raises(EnvironmentFault, match="more than 0 files"):
        wrapped(own, THREADED).start()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    assert alive() == below
    assert sorted(temporary.iterdir()) == files  # locks of ports


def test_a_bwrap_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped(tmp_path, THREADED).start().stop()
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'no such luck' >&2\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pytest.raises(EnvironmentFault, match=r"^no such luck$"):
        wrapped(tmp_path, THREADED).start()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_its_command_names_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody on this machine can read it."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    words = arguments([("own", str(tmp_path))], False)
    assert "secret" not in words
    assert words[-4:] == [*boxinit.LAUNCH[-1:], bubblewrap.CODE, bubblewrap.SOURCE, str(tmp_path)]


# ---------------------------------------------------------------- other users


def test_it_is_the_same_for_an_ordinary_user() -> None:
    printed = play_as_ordinary_user(__file__, "-k", "not ordinary_user")
    assert " passed" in printed
    assert "no bubblewrap here" not in printed


def test_what_it_holds_is_seen_or_told_to_be_hidden(instance: Instance) -> None:
    """Never counted as nothing."""
    program = shutil.which("bwrap")
    assert program
    if os.getuid() != 0 and Path(program).stat().st_mode & stat.S_ISUID:
        with pytest.raises(EnvironmentFault, match="rights of root"):
            instance.vitals()
        with pytest.raises(EnvironmentFault, match="rights of root"):
            instance.descriptors_left(3)
    else:
        assert instance.vitals().descriptors > 3


@pytest.mark.skipif(os.getuid() != 0, reason="only root may lend its rights to a program")
def test_a_bwrap_with_the_rights_of_root_serves_an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel keeps him from looking into processes in namespaces that root has made."""
    real = shutil.which("bwrap")
    assert real
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        folder.chmod(0o755)
        program = Path(shutil.copy(real, folder / "bwrap"))
        program.chmod(0o4755)
        if os.statvfs(program).f_flag & os.ST_NOSUID:
            pytest.skip("no program here may have the rights of root")
        monkeypatch.setattr(os, "defpath", f"{folder}{os.pathsep}{os.defpath}")
        box = str(Path(__file__).with_name("test_target_box.py"))
        words = ("hard_coded", "datagrams", "ipv6", "again", "daemons", "told", "nothing", "7788")
        chosen = f"bubblewrap and ({' or '.join(words)}) and not ordinary_user"
        printed = play_as_ordinary_user(__file__, box, "-k", chosen)
    assert " passed" in printed
    assert "no bubblewrap here" not in printed
