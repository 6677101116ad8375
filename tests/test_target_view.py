"""What a server in a box sees of the file system, and that nothing that it writes stays."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from ordinary_user import play_as_ordinary_user
from target_servers import ASKED, ask, target

from pytest_netconform import bundled
from pytest_netconform.target import Instance, Limits, Rung, Target
from pytest_netconform.target.command import Command
from pytest_netconform.target.view import CACHES, TOOLS, view_of


class Home(NamedTuple):
    """A user's home, with tools, secrets, and the folder of the server."""

    path: Path
    rung: Rung

    @property
    def own(self) -> Path:
        return self.path / "project"

    def start(self, source: str = ASKED, **options: object) -> Instance:
        return target(self.own, source, rung=self.rung, **options).start()


@pytest.fixture
def home(each_box: Rung, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("project/data", ".pyenv/versions", ".cargo/bin", ".ssh", "other", "lib/bin"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("project/kept", "project/data/kept", ".ssh/id", "other/secret", "notes", "lib/x"):
        (tmp_path / name).write_text("as before")
    monkeypatch.setenv("HOME", str(tmp_path))
    return Home(tmp_path, each_box)


@pytest.fixture
def instance(home: Home) -> Iterator[Instance]:
    started = home.start()
    yield started
    started.stop()


WRITE = "open({!r}, 'w').write('new')"
READ = "open({!r}).read()"
LIST = "sorted(os.listdir({!r}))"

# ---------------------------------------------------------------- its own folder


def test_its_folder_is_writable_and_nothing_is_kept(instance: Instance, home: Home) -> None:
    assert ask(instance, "os.getcwd()") == str(home.own)
    assert ask(instance, WRITE.format("kept")) == 3
    assert ask(instance, WRITE.format("data/made")) == 3
    assert ask(instance, "os.remove('data/kept')") is None
    assert ask(instance, "os.mkdir('folder')") is None
    assert ask(instance, "os.rename('folder', 'moved')") is None
    assert ask(instance, READ.format("kept")) == "new"
    instance.stop()
    assert (home.own / "kept").read_text() == "as before"
    assert sorted(path.name for path in home.own.rglob("*")) == ["data", "kept", "kept", "server.py"]


def test_each_instance_begins_with_the_folder_as_it_is(home: Home) -> None:
    first = home.start()
    ask(first, WRITE.format("kept"))
    second = home.start()
    assert ask(second, READ.format("kept")) == "as before"
    for started in (first, second):
        started.stop()


def test_a_home_may_be_the_folder_of_the_server(home: Home) -> None:
    started = target(home.path, ASKED, rung=home.rung).start()
    assert ask(started, WRITE.format(".history")) == 3
    assert ask(started, READ.format("other/secret")) == "as before"
    started.stop()
    assert not (home.path / ".history").exists()


def test_a_folder_with_commas_and_colons_in_its_name(home: Home) -> None:
    """These mean something in the options of overlayfs."""
    folder = home.path / "a,b:c d"
    folder.mkdir()
    started = target(folder, ASKED, rung=home.rung)
    started = Target("x", shlex.join([sys.executable, "server.py"]), cwd=folder, rung=home.rung).start()
    assert ask(started, WRITE.format("made")) == 3
    started.stop()
    assert [path.name for path in folder.iterdir()] == ["server.py"]


def test_a_folder_that_is_a_link(home: Home) -> None:
    link = home.path / "link"
    link.symlink_to("project")
    target(home.own, ASKED)
    started = Target("x", shlex.join([sys.executable, "server.py"]), cwd=link, rung=home.rung).start()
    assert ask(started, WRITE.format("made")) == 3
    assert ask(started, READ.format(str(link / "kept"))) == "as before"
    started.stop()
    assert not (home.own / "made").exists()


def test_a_folder_below_no_home(each_box: Rung) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        started = target(Path(name), ASKED, rung=each_box).start()
        assert ask(started, WRITE.format("made")) == 3
        assert ask(started, "os.listdir('/var/tmp')") == [Path(name).name]
        started.stop()
        assert not Path(name, "made").exists()


# ---------------------------------------------------------------- what is hidden


def test_a_home_shows_tools_only(instance: Instance, home: Home) -> None:
    assert ask(instance, LIST.format(str(home.path))) == [".cargo", ".pyenv", "project"]
    assert ask(instance, READ.format(str(home.path / "other/secret"))) == "FileNotFoundError"
    assert set(ask(instance, LIST.format("/root"))) <= {Path(name).parts[0] for name in TOOLS + CACHES}  # type: ignore[call-overload]
    assert ask(instance, WRITE.format(str(home.path / ".pyenv/made"))) == "OSError"
    assert ask(instance, WRITE.format(str(home.path / "made"))) == 3
    instance.stop()
    assert not (home.path / "made").exists()


def test_the_folders_for_temporary_files_are_its_own(instance: Instance) -> None:
    with tempfile.NamedTemporaryFile(dir="/tmp") as outside:
        assert ask(instance, f"os.path.exists({outside.name!r})") is False
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        assert ask(instance, WRITE.format(f"{folder}/netconform-made")) == 3
        assert not Path(folder, "netconform-made").exists()


def test_the_system_can_only_be_read(instance: Instance) -> None:
    assert ask(instance, "os.access('/etc/passwd', os.R_OK)") is True
    for path in ("/etc/netconform-made", "/usr/netconform-made", "/netconform-made", sys.prefix + "/made"):
        assert ask(instance, WRITE.format(path)) in ("OSError", "PermissionError")
        assert not Path(path).exists()
    for path in ("/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/kernel/hostname"):
        assert ask(instance, WRITE.format(path)) in ("OSError", "PermissionError")
    assert ask(instance, WRITE.format("/sys/kernel/made")) in ("OSError", "PermissionError")


def test_devices_are_there_that_do_no_harm(instance: Instance) -> None:
    assert ask(instance, "open('/dev/zero', 'rb').read(2)") == b"\0\0"
    assert ask(instance, "len(open('/dev/urandom', 'rb').read(9))") == 9
    assert ask(instance, "open('/dev/null', 'w').write('x')") == 1
    assert ask(instance, "len(os.openpty())") == 2
    names = ask(instance, LIST.format("/dev"))
    assert isinstance(names, list)
    assert {"fd", "stdin", "stdout", "stderr", "ptmx", "pts", "shm", "null"} <= set(names)
    assert not {"mem", "kmsg", "sda", "vda", "mapper"} & set(names)


def test_the_suites_are_hidden(instance: Instance) -> None:
    assert bundled.suites()
    assert ask(instance, LIST.format(str(bundled.suites_dir()))) in ([], "FileNotFoundError")


def test_what_is_to_be_shown_is_shown(home: Home) -> None:
    shown = (home.path / "other", home.path / "notes")
    started = home.start(shown=shown)
    assert ask(started, READ.format(str(home.path / "other/secret"))) == "as before"
    assert ask(started, READ.format(str(home.path / "notes"))) == "as before"
    assert ask(started, WRITE.format(str(home.path / "notes"))) == "OSError"
    assert ask(started, LIST.format(str(home.path / ".ssh"))) == "FileNotFoundError"
    started.stop()


@pytest.mark.parametrize("name", ["lib/x", "--path={home}/lib/x", "{home}/lib/bin:/nowhere"])
def test_what_the_command_names_is_shown(name: str, home: Home) -> None:
    script = target(home.own, ASKED).command
    word = name.format(home=home.path) if "{" in name else os.path.relpath(home.path / name, home.own)
    started = Target("x", f"{script} {word}", cwd=home.own, rung=home.rung).start()
    assert ask(started, READ.format(str(home.path / "lib/x"))) == "as before"
    assert ask(started, LIST.format(str(home.path / "other"))) == "FileNotFoundError"
    started.stop()


def test_what_the_environment_names_is_shown(home: Home) -> None:
    started = home.start(env={"MY_LIBRARY": str(home.path / "lib/x"), "EMPTY": "", "LONG": "/" + "x" * 9999})
    assert ask(started, READ.format(str(home.path / "lib/x"))) == "as before"
    started.stop()


def test_a_home_that_is_named_by_the_command_is_not_shown_whole(home: Home) -> None:
    script = target(home.own, ASKED).command
    started = Target("x", f"{script} {home.path}/", cwd=home.own, rung=home.rung).start()
    assert ask(started, LIST.format(str(home.path / ".ssh"))) == "FileNotFoundError"
    started.stop()


def test_a_program_of_the_user_runs_from_his_home(home: Home) -> None:
    tool = home.path / "tool"
    (tool / "lib").mkdir(parents=True)
    (tool / "bin").mkdir()
    (tool / "lib/text").write_text("of the library")
    program = tool / "bin/serve"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} server.py\n")
    program.chmod(0o755)
    target(home.own, ASKED)
    started = Target("x", str(program), cwd=home.own, rung=home.rung).start()
    assert ask(started, READ.format(str(tool / "lib/text"))) == "of the library"
    started.stop()


def test_a_home_is_shown_whole_to_whom_the_user_wants_it(home: Home) -> None:
    started = home.start(shown=(home.path,))
    assert ask(started, READ.format(str(home.path / ".ssh/id"))) == "as before"
    assert ask(started, WRITE.format("made")) == 3
    started.stop()


@pytest.mark.parametrize("word", ["server.py", "link.py"])
def test_a_script_that_lies_in_the_home_itself(word: str, home: Home) -> None:
    """It is shown, and what lies beside it is not."""
    (home.path / "server.py").write_text(ASKED)
    (home.path / "link.py").symlink_to("server.py")
    command = shlex.join([sys.executable, str(home.path / word)])
    started = Target("x", command, cwd=home.own, rung=home.rung).start()
    assert ask(started, READ.format(str(home.path / "notes"))) == "FileNotFoundError"
    assert ask(started, READ.format("kept")) == "as before"
    started.stop()


def test_a_home_that_may_not_be_looked_into(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who has become another one may still have the environment of the first."""
    closed = home.path / "closed"
    closed.mkdir(mode=0)
    monkeypatch.setenv("HOME", str(closed / "home"))
    started = home.start()
    assert ask(started, READ.format("kept")) == "as before"
    started.stop()
    closed.chmod(0o700)


def test_a_cache_of_tools_can_be_used_and_stays_as_it_is(home: Home) -> None:
    """`uv run` and `npx` want to write there, and have no network to load anything. By bwrap they cannot."""
    cache = home.path / ".cache/uv"
    cache.mkdir(parents=True)
    (cache / "wheel").write_text("as before")
    (home.path / ".cache/secret").write_text("as before")
    started = home.start()
    assert ask(started, READ.format(str(cache / "wheel"))) == "as before"
    written = ask(started, WRITE.format(str(cache / "wheel")))
    assert written == (3 if home.rung == "box" else "OSError")
    assert ask(started, READ.format(str(home.path / ".cache/secret"))) == "FileNotFoundError"
    started.stop()
    assert (cache / "wheel").read_text() == "as before"


def test_semaphores_of_processes_work(home: Home) -> None:
    source = "import multiprocessing\nlock = multiprocessing.Lock()\nlock.acquire()\n" + ASKED
    started = home.start(source)
    assert ask(started, "lock.acquire(False)") is False
    started.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="only root may own files of others")
def test_files_of_others_keep_their_owners_where_root_runs_the_tests(home: Home) -> None:
    os.chown(home.own / "kept", 1234, 1234)
    started = home.start()
    copied_by_bwrap = home.rung == "bubblewrap"
    assert ask(started, "os.stat('kept').st_uid") == (0 if copied_by_bwrap else 1234)
    assert ask(started, WRITE.format("kept")) == 3
    started.stop()


def test_secrets_in_the_environment_are_not_passed_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    started = home.start()
    assert ask(started, "os.environ.get('AWS_SECRET_ACCESS_KEY')") is None
    started.stop()
    started = home.start(env={"AWS_SECRET_ACCESS_KEY": "given"})
    assert ask(started, "os.environ.get('AWS_SECRET_ACCESS_KEY')") == "given"
    started.stop()


def test_a_file_of_more_than_its_limit_ends_the_writing_only(home: Home) -> None:
    started = home.start(limits=Limits(file_size=1 << 20))
    assert ask(started, "open('big', 'wb').write(bytes(2 << 20))") == "OSError"
    assert ask(started, "1") == 1
    started.stop()


# ---------------------------------------------------------------- how the view is made


def test_parents_come_before_their_children(home: Home) -> None:
    view = view_of(Command(shutil.which("true") or "", ("true",), home.own, {}))
    paths = [path for _, path in view]
    after = [(path, later) for place, path in enumerate(paths) for later in paths[place + 1 :]]
    assert not [one for one in after if Path(one[1]) in Path(one[0]).parents]
    assert ("hide", str(home.path)) in view
    assert ("own", str(home.own)) in view
    assert ("show", str(home.path / ".cargo")) in view


def test_the_view_is_the_same_for_an_ordinary_user() -> None:
    printed = play_as_ordinary_user(__file__, "-k", "not ordinary_user")
    assert " passed" in printed
