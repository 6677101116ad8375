from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pytest_netconform import bundled
from pytest_netconform.errors import TargetError, UsageError
from pytest_netconform.target import parse_target
from pytest_netconform.target.command import Command, build, is_passed, refusal


def build_in(folder: Path, text: str, **env: str) -> Command:
    return build(text, folder, env, 20001, "token")


@pytest.mark.parametrize(
    ("text", "name", "command"),
    [
        ("mine=python mysrv.py", "mine", "python mysrv.py"),
        ("a.b-c_1=./x", "a.b-c_1", "./x"),
        ("python mysrv.py", "mysrv", "python mysrv.py"),
        ("python -u src/mysrv.py --port 80", "mysrv", "python -u src/mysrv.py --port 80"),
        ("python mysrv.py --mode=fast", "mysrv", "python mysrv.py --mode=fast"),
        ("{python} 'my server.py'", "my-server", "{python} 'my server.py'"),
        ("ref:threads --reply ok", "threads", "ref:threads --reply ok"),
        ("ref:faulty/double-echo", "double-echo", "ref:faulty/double-echo"),
        ("./build/server 7788", "server", "./build/server 7788"),
        ("node b.js", "b", "node b.js"),
        ("java -cp . Server", "Server", "java -cp . Server"),
        ("node", "node", "node"),
        ("..", "target3", ".."),
        ("", "target3", ""),
        ("empty=", "empty", ""),
    ],
)
def test_a_target_has_the_name_given_or_the_name_of_its_script(text: str, name: str, command: str) -> None:
    assert parse_target(text, 2) == (name, command)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("python 'x.py", 'the command "python \'x.py" has a quotation mark without its partner'),
        ("python x.py \\", "the command 'python x.py \\\\' ends in a backslash"),
    ],
)
def test_a_command_that_no_shell_could_split_is_a_usage_error(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_command_is_a_usage_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="the command of a target is empty"):
        build_in(tmp_path, text)


def test_a_missing_working_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*/none to run the command in"):
        build_in(tmp_path / "none", "true")


def test_placeholders_are_filled_and_other_braces_left_alone(tmp_path: Path) -> None:
    command = build_in(tmp_path, "{python} x.py {host}:{port} --json={\"a\":{port}} '{other}'")
    assert command.argv == (sys.executable, "x.py", "127.0.0.1:20001", "--json={a:20001}", "{other}")
    assert command.program == sys.executable


def test_a_reference_is_run_by_our_python_on_the_offered_port(tmp_path: Path) -> None:
    command = build_in(tmp_path, "ref:threads --reply 'ok!'")
    script = str(bundled.reference("threads"))
    assert command.argv == (sys.executable, script, "--port", "20001", "--reply", "ok!")


def test_the_environment_offers_the_port_and_asks_for_output_at_once(tmp_path: Path) -> None:
    env = build_in(tmp_path, "true", LANG="zh_CN.GBK", MINE="1").env
    expected = {"PORT": "20001", "HOST": "127.0.0.1", "PYTHONUNBUFFERED": "1", "NETCONFORM_INSTANCE": "token"}
    assert expected.items() <= env.items()
    assert (env["LC_ALL"], env["LANG"], env["MINE"]) == ("C.UTF-8", "zh_CN.GBK", "1")
    assert env["PATH"] == os.environ["PATH"]


def explained(folder: Path, text: str) -> tuple[str, tuple[str, ...]]:
    with pytest.raises(TargetError) as caught:
        build_in(folder, text)
    return str(caught.value), caught.value.explanation


def test_a_program_that_is_nowhere_on_the_path(tmp_path: Path) -> None:
    sentence, lines = explained(tmp_path, "no-such-program x")
    assert sentence == "there is no program 'no-such-program'"
    assert lines == ("it is looked for in the folders of PATH",)


def test_a_program_beside_us_that_was_named_without_its_folder(tmp_path: Path) -> None:
    (tmp_path / "my-server").touch()
    assert explained(tmp_path, "my-server")[1] == (
        f"a file of that name is in {tmp_path}: write ./my-server",
    )


def test_a_python_of_another_name(tmp_path: Path) -> None:
    assert explained(tmp_path, "python9.99 x.py")[1] == (
        "try: {python}, which is the Python that runs the tests",
    )


def test_a_path_at_which_there_is_nothing(tmp_path: Path) -> None:
    assert explained(tmp_path, "./server")[0] == f"there is no program ./server in {tmp_path}"


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    assert explained(tmp_path, "./build")[0] == "./build is a folder, not a program"


@pytest.mark.parametrize(("name", "advice"), [("s.py", "try: python ./s.py"), ("s", "try: chmod +x ./s")])
def test_a_file_that_is_not_executable(tmp_path: Path, name: str, advice: str) -> None:
    (tmp_path / name).touch(mode=0o644)
    assert explained(tmp_path, f"./{name}") == (f"./{name} is not executable", (advice,))


def executable(folder: Path, content: bytes) -> Path:
    path = folder / "server"
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def test_a_script_with_the_line_ends_of_windows(tmp_path: Path) -> None:
    executable(tmp_path, b"#!/usr/bin/env python3\r\nprint()\r\n")
    sentence, lines = explained(tmp_path, "./server")
    assert sentence == (
        "the first line of ./server ends as on Windows, with CR LF, so its interpreter is not found"
    )
    assert lines == (r"try: sed -i 's/\r$//' ./server",)


def test_a_program_path_is_relative_to_the_working_folder(tmp_path: Path) -> None:
    assert build_in(tmp_path, f"./{executable(tmp_path, b'').name}").program == str(tmp_path / "server")


def test_hostile_names_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in explained(tmp_path, "'./\x1b[2J'")[0]


def test_the_system_refuses_for_a_reason_that_is_told(tmp_path: Path) -> None:
    command = build_in(tmp_path, f"{executable(tmp_path, b'')}")
    assert str(refusal(command, 7)) == f"the system refuses to run {tmp_path}/server: Argument list too long"


def test_secrets_of_the_tester_are_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("JAVA_HOME", "/opt/java")
    monkeypatch.setenv("PYTHONPATH", "/opt/lib")
    env = build_in(tmp_path, "true").env
    assert "secret" not in env.values()
    assert (env["JAVA_HOME"], env["PYTHONPATH"], env["PATH"]) == ("/opt/java", "/opt/lib", os.environ["PATH"])
    assert build_in(tmp_path, "true", GITHUB_TOKEN="given").env["GITHUB_TOKEN"] == "given"


def test_the_whole_environment_is_passed_on_where_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    assert build("true", tmp_path, {}, 20001, "token", True).env["GITHUB_TOKEN"] == "secret"


@pytest.mark.parametrize(
    ("name", "passed"),
    [
        *((name, True) for name in ("PATH", "HOME", "LC_CTYPE", "PYTHONHASHSEED", "NODE_OPTIONS", "GOROOT")),
        *((name, True) for name in ("LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS", "RUST_BACKTRACE", "TZ")),
        *((name, False) for name in ("SSH_AUTH_SOCK", "NPM_TOKEN", "MY_PATH", "PATHS", "", "PASSWORD")),
    ],
)
def test_what_programs_need_is_passed_on(name: str, passed: bool) -> None:
    assert is_passed(name) == passed
