"""The command `netconform`."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
from suite_texts import STEP_LINE, suite_with_check, suite_with_step, written

from pytest_netconform import bundled
from pytest_netconform.cli import main


def test_lint_says_in_one_line_that_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, suite_with_check())
    assert main(["lint", str(path)]) == 0
    assert capsys.readouterr().out == "1 suite, 1 check: nothing to complain about\n"


def test_lint_takes_several_files(capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted(map(str, bundled.suites_dir().glob("*.yaml")))
    assert main(["lint", *paths]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{len(paths)} suites, ")
    assert said.endswith(" checks: nothing to complain about\n")


def test_lint_prints_the_problems_of_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, doubtful = (tmp_path / name for name in ("good", "bad", "doubtful"))
    for folder in (good, bad, doubtful):
        folder.mkdir()
    paths = [
        written(good, suite_with_check()),
        written(bad, suite_with_step("{recieve: 你好, at: alice}")),
        written(doubtful, suite_with_check(step="receive: {length: 0}")),
    ]
    assert main(["lint", *map(str, paths)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{paths[1]}:{STEP_LINE}:9: no verb here: 'recieve'; did you mean 'receive'?",
        "          - {recieve: 你好, at: alice}",
        "            ^",
        f"{paths[2]}:10:18: this accepts everything, even nothing at all",
        "          - receive: {length: 0}",
        "                     ^",
    ]


@pytest.mark.parametrize("name", ["gone.yaml", "."])
def test_a_file_that_is_not_there_is_wrong_usage(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", str(written(tmp_path, suite_with_check())), str(tmp_path / name)]) == 4
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"netconform: there is no file '{tmp_path / name}'\n")


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "netconform suite"


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"netconform {version('pytest-netconform')}\n"


@pytest.mark.parametrize("arguments", [[], ["lnit"], ["lint"], ["schema", "x"]])
def test_a_wrong_command_line_shows_how_it_is_used(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: netconform")


def test_a_terminal_without_chinese_still_gets_the_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, suite_with_step("{recieve: 你好, at: alice}"))
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["lint", str(path)]) == 1
    terminal.seek(0)
    assert r"{recieve: \u4f60\u597d, at: alice}" in terminal.read()


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="netconform")
    assert command.load() is main


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom pytest_netconform.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(' '.join({'yaml', 'pydantic', 'pytest', 'hypothesis'} & set(sys.modules)) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "lint" in ran.stdout
