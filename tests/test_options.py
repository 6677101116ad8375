"""The settings, driven through a small plugin that calls `options` from the hooks it is made for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_netconform import options
from pytest_netconform.errors import UsageError
from pytest_netconform.options import OPTIONS, Option, Settings
from pytest_netconform.target import Limits

GLUE = """
from pathlib import Path
import pytest
from pytest_netconform import options

def pytest_addoption(parser):
    options.register(parser)

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    result = yield
    options.add_short_forms(parser, args)
    options.rewrite_arguments(parser, args, Path(__file__).parent / "bundled")
    return result

def pytest_report_header(config):
    return f"targets: {config.getoption('netconform_target')} suites: {config.getoption('netconform_suite')}"

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".yaml":
        return SuiteFile.from_parent(parent, path=file_path, nodeid=file_path.name)

class SuiteFile(pytest.File):
    def collect(self):
        for name in self.path.read_text().split():
            yield Check.from_parent(self, name=name, nodeid=f"{self.nodeid}::{name}")

class Check(pytest.Item):
    def runtest(self):
        pass
"""
PLUGINS = ("-p", "netconform_glue")
Read = Callable[..., Settings]
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in an English locale, beside the plugin and one bundled suite."""
    for name in ("LC_ALL", "LC_MESSAGES", "NETCONFORM_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    # The plugin of this package registers the same options, where it is installed.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    aside = pytester.mkdir("aside")
    (aside / "netconform_glue.py").write_text(GLUE)
    (aside / "bundled").mkdir()
    (aside / "bundled" / "tcp-echo.yaml").write_text("first[bob] second[bob]")
    pytester.syspathinsert(aside)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (aside, Path(options.__file__).parents[1]))))
    project = pytester.mkdir("project")
    monkeypatch.chdir(project)
    (project / "test_it.py").write_text("def test_it(): pass")
    return project


@pytest.fixture
def read(project: Path, pytester: pytest.Pytester) -> Read:
    return lambda *args: options.read(pytester.parseconfig(*PLUGINS, *args))


@pytest.fixture
def run(project: Path, pytester: pytest.Pytester) -> Run:
    return lambda *args: pytester.runpytest(*PLUGINS, *args)


def refusal(read: Read, *args: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(*args)
    return str(caught.value)


def setting(settings: Settings, key: str) -> object:
    """The setting of that key, whether it is one of the run or of its target."""
    of_target = {
        "target-cwd": "cwd",
        "target-env": "env",
        "target-port": "port",
        "target-start-timeout": "start_timeout",
        "sandbox-show": "shown",
    }
    if key == "limit":
        return "memory", settings.targets[0].limits.memory
    if key in of_target:
        return getattr(settings.targets[0], of_target[key])
    if key == "target":
        return tuple((target.name, target.command) for target in settings.targets)
    fields = {"suite": "suites", "param": "params", "target-profile": "profile"}
    return getattr(settings, fields.get(key, key))


# A row for each option: what is written and what it means.
WRITTEN: dict[str, tuple[str, object]] = {
    "target": ("python mysrv.py", (("mysrv", "python mysrv.py"),)),
    "target-cwd": (".", None),
    "target-env": ("MODE=a=b", {"MODE": "a=b"}),
    "target-port": ("7788", 7788),
    "target-start-timeout": ("2.5", 2.5),
    "target-profile": ("prints, one-client", ("prints", "one-client")),
    "suite": ("tcp-*", ("tcp-*",)),
    "param": ("*.reply=ok=1.", (("*", "reply", "ok=1."),)),
    "patience": ("3", 3.0),
    "gate": ("strict", "strict"),
    "sandbox": ("process", "process"),
    "sandbox-show": (".", None),
    "limit": ("memory=512MiB", ("memory", 512 << 20)),
    "seed": ("7", 7),
    "record": ("run.jsonl", None),
    "lang": ("zh", "zh"),
}


def meanings(project: Path) -> dict[str, object]:
    return {key: meaning for key, (_, meaning) in WRITTEN.items()} | {
        "target-cwd": project,
        "sandbox-show": (project,),
        "record": project / "run.jsonl",
    }


def settings_by_key(settings: Settings) -> dict[str, object]:
    return {option.key: setting(settings, option.key) for option in OPTIONS}


def test_each_option_has_a_long_form(read: Read, project: Path) -> None:
    args = [f"{option.long}={WRITTEN[option.key][0]}" for option in OPTIONS]
    assert settings_by_key(read(*args)) == meanings(project)


@pytest.mark.parametrize("equals", [True, False], ids=["with =", "with a blank"])
def test_all_options_but_three_have_a_short_form(equals: bool, read: Read, project: Path) -> None:
    args = ["--netconform-record=run.jsonl", "--netconform-lang=zh", "--netconform-seed=7"]
    for key in WRITTEN.keys() - {"record", "lang", "seed"}:
        written = WRITTEN[key][0]
        args += [f"--{key}={written}"] if equals else [f"--{key}", written]
    assert settings_by_key(read(*args)) == meanings(project)


def configuration(head: str, option: Option) -> str:
    """The line that sets the option below that heading."""
    written = WRITTEN[option.key][0]
    if head == "[pytest]":
        return f"{option.ini} = {written}\n"
    if head == "[tool.netconform]" and option.kind == "number":
        return f"{option.key} = {written}\n"
    name = option.key if head == "[tool.netconform]" else option.ini
    return f'{name} = ["{written}"]\n' if option.repeatable else f'{name} = "{written}"\n'


@pytest.mark.parametrize(
    ("file", "head"),
    [
        ("pytest.ini", "[pytest]"),
        ("pyproject.toml", "[tool.pytest.ini_options]"),
        pytest.param(
            "pyproject.toml",
            "[tool.pytest]",
            marks=pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="came with pytest 9.0"),
        ),
        ("pyproject.toml", "[tool.netconform]"),
    ],
)
def test_each_option_can_stand_in_a_configuration_file(
    file: str, head: str, read: Read, project: Path
) -> None:
    lines = "".join(configuration(head, option) for option in OPTIONS)
    (project / file).write_text(f"{head}\n{lines}")
    settings = read()
    assert settings_by_key(settings) == meanings(project)
    assert not settings.targets_typed


def test_what_nobody_writes_has_a_default(read: Read) -> None:
    assert read() == Settings(
        targets=(),
        targets_typed=False,
        suites=(),
        params=(),
        profile=(),
        patience=1.0,
        gate="core",
        sandbox="auto",
        seed=None,
        record=None,
        lang="en",
    )


def test_the_command_line_counts_before_ini_before_tool_netconform(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.netconform]\npatience = 2\n")
    assert read().patience == 2
    (project / "pytest.ini").write_text("[pytest]\nnetconform_patience = 3\n")
    assert read().patience == 3
    assert read("-o", "netconform_patience=4").patience == 4
    assert read("-o", "netconform_patience=4", "--patience=5").patience == 5


def test_repeated_options_keep_their_order(read: Read) -> None:
    settings = read(
        "--target", "b=x", "--suite=c", "--target=a=y", "--suite", "a-*", "--param=a.b.c=1", "--param=*.c=2"
    )
    assert [target.name for target in settings.targets] == ["b", "a"]
    assert settings.suites == ("c", "a-*")
    assert settings.params == (("a.b", "c", "1"), ("*", "c", "2"))
    assert settings.targets_typed


def test_tables_of_tool_netconform_mean_the_same_as_assignments(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text(
        '[tool.netconform.target]\nthreads = "python a.py"\nnode = "node b.js"\n'
        "[tool.netconform.target-env]\nPORT_BASE = 7000\n"
        '[tool.netconform.param]\n"*.reply" = "ok!"\n"tcp-echo.strict" = true\n'
    )
    settings = read()
    assert setting(settings, "target") == (("threads", "python a.py"), ("node", "node b.js"))
    assert settings.targets[0].env == {"PORT_BASE": "7000"}
    assert settings.params == (("*", "reply", "ok!"), ("tcp-echo", "strict", "true"))
    assert not settings.targets_typed


def test_a_single_target_in_tool_netconform_may_be_a_string(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.netconform]\ntarget = "python mysrv.py"\n')
    assert setting(read(), "target") == (("mysrv", "python mysrv.py"),)


# Folders


def test_what_is_typed_is_relative_to_where_it_is_typed_and_what_is_configured_to_rootdir(
    read: Read, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "sub" / "deep").mkdir(parents=True)
    monkeypatch.chdir(project / "sub")
    typed = read("--target=x", "--netconform-record=run.jsonl")
    assert (typed.targets[0].cwd, typed.record) == (project / "sub", project / "sub" / "run.jsonl")
    assert read("--target=x", "--target-cwd=deep").targets[0].cwd == project / "sub" / "deep"

    configuration = '[tool.netconform]\ntarget = "x"\nrecord = "run.jsonl"\n'
    (project / "pyproject.toml").write_text(configuration)
    configured = read()
    assert (configured.targets[0].cwd, configured.record) == (project, project / "run.jsonl")
    (project / "pyproject.toml").write_text(configuration + 'target-cwd = "sub"\n')
    assert read().targets[0].cwd == project / "sub"
    assert read("--target-cwd=deep").targets[0].cwd == project / "sub" / "deep"


# Refusals


COMMAND = "a command line, such as 'python mysrv.py' or a='python mysrv.py'"
PORT = "a whole number from 1 to 65535"
FACTOR = "a factor above 0, such as 2.5"
LIMIT = "memory=512MiB, processes=64, cpu=90s, output=16MiB, files=256, file-size=1GiB or time=10min"
PARAM = "SUITE.KEY=VALUE, such as '*.reply=ok!'"


@pytest.mark.parametrize(
    ("key", "value", "expects"),
    [
        ("target", "", COMMAND),
        ("target", "  ", COMMAND),
        ("target-env", "PORT", "K=V"),
        ("target-env", "=x", "K=V"),
        ("target-port", "99999", PORT),
        ("target-port", "0", PORT),
        ("target-port", "http", PORT),
        ("target-start-timeout", "-1", "a number of seconds above 0"),
        ("suite", " ", "the name of a bundled suite, such as tcp-echo or 'tcp-*'"),
        ("param", "reply=x", PARAM),
        ("param", "a.b", PARAM),
        ("patience", "fast", FACTOR),
        ("patience", "0", FACTOR),
        ("patience", "nan", FACTOR),
        ("patience", "inf", FACTOR),
        ("gate", "hard", "core, strict or robust"),
        ("sandbox", "jail", "auto, box, bubblewrap, landlock, process or off"),
        ("sandbox-show", "", "a file or a folder"),
        *(("limit", value, LIMIT) for value in ("memory", "memory=", "memory=1GB", "memory=-1", "memory=0")),
        *(("limit", value, LIMIT) for value in ("disk=1GiB", "cpu=1MiB", "cpu=1..2", "processes=8s", "=1")),
        ("seed", "-1", "a whole number from 0 on"),
        ("seed", "x", "a whole number from 0 on"),
        ("record", "", "a file"),
        ("lang", "fr", "en or zh"),
    ],
)
def test_a_bad_value_gets_one_sentence_with_the_option_and_what_it_expects(
    key: str, value: str, expects: str, read: Read
) -> None:
    sentence = f"--netconform-{key} expects {expects}, not {value!r}."
    assert refusal(read, f"--netconform-{key}={value}") == sentence


def test_a_named_target_without_a_command_is_refused(read: Read) -> None:
    assert "a=" in refusal(read, "--target=a=")


def test_two_targets_of_one_name_are_refused_with_the_remedy(read: Read) -> None:
    assert refusal(read, "--target=python a/mysrv.py", "--target=python b/mysrv.py") == (
        "--netconform-target: two targets are called 'mysrv'; "
        "give one of them another name, as in NAME='python b/mysrv.py'."
    )


def test_a_folder_that_is_not_there_is_refused(read: Read, project: Path) -> None:
    assert refusal(read, "--target=x", "--target-cwd=gone") == (
        f"--netconform-target-cwd expects a folder, and there is none at {project / 'gone'}."
    )


def test_what_should_be_shown_and_is_not_there_is_refused(read: Read, project: Path) -> None:
    assert refusal(read, "--target=x", "--sandbox-show=gone") == (
        f"--netconform-sandbox-show expects a file or a folder, and there is none at {project / 'gone'}."
    )


def test_limits_may_be_a_table_and_the_last_of_the_same_name_counts(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.netconform.limit]\nprocesses = 64\nfile-size = '1MiB'\n")
    (limits,) = {target.limits for target in read("--target=x").targets}
    assert (limits.processes, limits.file_size, limits.cpu) == (64, 1 << 20, Limits().cpu)
    (target,) = read("--target=x", "--limit=cpu=1min", "--limit=cpu=2s", "--limit=time=1.5h").targets
    assert (target.limits.cpu, target.limits.time, target.limits.processes) == (2, 5400, Limits().processes)


def test_a_bad_ini_value_is_told_with_its_name_and_file(read: Read, project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nnetconform_gate = hard\n")
    assert refusal(read) == (
        f"netconform_gate in {project / 'pytest.ini'} expects core, strict or robust, not 'hard'."
    )


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="[tool.pytest] came with pytest 9.0")
def test_a_wrong_type_in_tool_pytest_is_told_with_its_name_and_file(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.pytest]\nnetconform_patience = 2\n")
    sentence = refusal(read)
    assert "'netconform_patience' expects a string" in sentence
    assert str(project / "pyproject.toml") in sentence


TABLE = 'a string, a list of strings or a table of "key" = "value"'


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("gate", "'hard'", "expects core, strict or robust, not 'hard'."),
        ("gate", "1", "must be a string, not 1."),
        ("patience", "'2'", "must be a number, not '2'."),
        ("patience", "true", "must be a number, not True."),
        ("suite", "[1]", "must be a string or a list of strings, not [1]."),
        ("param", "{tcp.reply = 'x'}", f"must be {TABLE}, not {{'tcp': {{'reply': 'x'}}}}."),
        ("target", "{'my server' = 'x'}", f"must be {TABLE}, not {{'my server': 'x'}}."),
        ("target-env", "{'A=B' = 'x'}", f"must be {TABLE}, not {{'A=B': 'x'}}."),
    ],
)
def test_a_bad_value_in_tool_netconform_is_told_with_file_and_key(
    key: str, value: str, complaint: str, read: Read, project: Path
) -> None:
    file = project / "pyproject.toml"
    file.write_text(f"[tool.netconform]\n{key} = {value}\n")
    assert refusal(read) == f"{key!r} in [tool.netconform] of {file} {complaint}"


@pytest.mark.parametrize(("wrong", "right"), [("gaet", "gate"), ("target_port", "target-port")])
def test_an_unknown_key_gets_a_suggestion(wrong: str, right: str, read: Read, project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(f"[tool.netconform]\n{wrong} = 1\n")
    assert refusal(read) == f"{file}: unknown key {wrong!r} in [tool.netconform]; did you mean {right!r}?"


def test_a_key_that_resembles_none_gets_the_list_of_keys(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.netconform]\nzzz = 1\n")
    assert refusal(read).endswith("; the keys are " + ", ".join(option.key for option in OPTIONS))


def test_tool_netconform_must_be_a_table(read: Read, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool]\nnetconform = 3\n")
    assert refusal(read) == f"{project / 'pyproject.toml'}: [tool.netconform] must be a table, not 3."


def test_a_broken_pyproject_is_told_only_if_it_names_us(read: Read, project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\n")
    elsewhere = ("-c", "pytest.ini")  # so that pytest itself leaves pyproject.toml unread
    (project / "pyproject.toml").write_text("[tool.other\n")
    assert read(*elsewhere).gate == "core"
    (project / "pyproject.toml").write_text("[tool.netconform\n")
    assert refusal(read, *elsewhere).startswith(f"{project / 'pyproject.toml'} is not valid TOML: ")


# Language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C"}, "en"),
        ({"LANG": ""}, "en"),
        ({"LC_ALL": "zh_TW", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "de_DE.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"NETCONFORM_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"NETCONFORM_LANG": "", "LANG": "zh_CN.UTF-8"}, "zh"),
    ],
)
def test_without_an_option_the_environment_tells_the_language(
    environment: dict[str, str], language: str, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert read().lang == language
    assert read("--netconform-lang=zh").lang == "zh"


def test_a_language_in_the_environment_that_there_is_not_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETCONFORM_LANG", "fr")
    assert refusal(read) == "NETCONFORM_LANG expects en or zh, not 'fr'."


# Good manners


def test_short_forms_work_in_addopts_of_file_and_environment(
    read: Read, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pytest.ini").write_text('[pytest]\naddopts = --target "python mysrv.py" --patience=2\n')
    monkeypatch.setenv("PYTEST_ADDOPTS", "--suite 'tcp-*'")
    settings = read()
    assert setting(settings, "target") == (("mysrv", "python mysrv.py"),)
    assert (settings.patience, settings.suites) == (2.0, ("tcp-*",))


def own(option: str, **attributes: object) -> str:
    """A conftest that registers the option for itself."""
    return f"def pytest_addoption(parser): parser.addoption({option!r}, **{attributes!r})\n"


def test_an_option_of_an_initial_conftest_stays_its_own(run: Run, project: Path) -> None:
    (project / "conftest.py").write_text(
        own("--target", default="none")
        + "def pytest_report_header(config): return 'theirs: ' + config.getoption('--target')\n"
    )
    run().stdout.fnmatch_lines_random(["theirs: none", "targets: None *", "*1 passed*"])
    result = run("--target", "esp32", "--netconform-target=python a.py")
    result.stdout.fnmatch_lines_random(["theirs: esp32", "targets: ?'python a.py'? *", "*1 passed*"])


def test_an_owner_that_dislikes_our_values_or_needs_none_stays_the_owner(run: Run, project: Path) -> None:
    for attributes, args in (
        ({"choices": ["esp32", "esp8266"]}, ["--target=esp32"]),
        ({"action": "store_true"}, ["--target"]),
        ({"nargs": 2}, ["--target", "a", "b"]),
    ):
        (project / "conftest.py").write_text(own("--target", **attributes))
        run(*args).stdout.fnmatch_lines(["targets: None *", "*1 passed*"])


def test_a_required_option_of_others_does_not_hide_ours(run: Run, project: Path) -> None:
    (project / "conftest.py").write_text(own("--board", required=True))
    result = run("--board=x", "--target=a.py")
    result.stdout.fnmatch_lines(["targets: ?'a.py'? *", "*1 passed*"])


def test_each_short_form_is_looked_at_by_itself(run: Run, project: Path) -> None:
    (project / "conftest.py").write_text(own("--suite"))
    result = run("--target=a.py", "--suite=theirs")
    result.stdout.fnmatch_lines(["targets: ?'a.py'? suites: None", "*1 passed*"])


@pytest.mark.parametrize("args", [(), ("--target=a.py",), ("--netconform-target=a.py", "--suite", "x")])
def test_a_conftest_loaded_during_collection_can_register_the_same_options(
    args: tuple[str, ...], run: Run, project: Path
) -> None:
    nested = project / "deep" / "nested"
    nested.mkdir(parents=True)
    (nested / "conftest.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--target')\n    parser.addoption('--suite')\n"
    )
    (nested / "test_nested.py").write_text("def test_nested(): pass")
    run(*args).stdout.fnmatch_lines(["*2 passed*"])


def test_words_after_the_end_of_options_are_left_alone(project: Path, pytester: pytest.Pytester) -> None:
    args = ["--target=a", "--", "--target=b"]
    options.add_short_forms(pytester.parseconfig(*PLUGINS)._parser, args)
    assert args == ["--netconform-target=a", "--", "--target=b"]


def test_a_short_form_without_its_value_is_a_usage_error(run: Run) -> None:
    result = run("--target")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*argument --netconform-target: expected one argument*"])


def test_an_unknown_option_is_still_one(run: Run) -> None:
    result = run("--target=a", "--targets=b")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --targets=b*"])


def test_help_shows_long_and_short_form_and_default(run: Run) -> None:
    text = " ".join(run("--help").stdout.str().split())
    assert "network conformance:" in text
    assert "--netconform-patience=FACTOR multiply all deadlines" in text
    assert "(short: --patience; default: 1.0)" in text
    assert "(short: --target; repeatable)" in text


def test_importing_the_options_loads_nothing_else() -> None:
    code = (
        "import sys, pytest, pytest_netconform.errors; before = set(sys.modules)\n"
        "import pytest_netconform.options; print(*sorted(set(sys.modules) - before))"
    )
    root = Path(options.__file__).parents[1]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["pytest_netconform.options"]


# Arguments that name a bundled suite


@pytest.mark.parametrize(
    ("args", "passed"),
    [
        (["tcp-echo.yaml"], 2),
        (["tcp-echo.yaml::first[bob]"], 1),
        (["-v", "tcp-echo.yaml::first[bob]", "test_it.py"], 2),
        (["--target", "tcp-echo.yaml", "tcp-echo.yaml"], 2),
        (["tcp-echo.yaml", "-k", "first"], 1),
    ],
)
def test_a_bundled_suite_can_be_named_by_its_file(args: list[str], passed: int, run: Run) -> None:
    run(*args).assert_outcomes(passed=passed, deselected=1 if "-k" in args else 0)


def test_workers_of_xdist_understand_it_too(project: Path, pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    result = pytester.runpytest_subprocess(
        *PLUGINS, "-p", "xdist", "-n1", "--target=python a.py", "tcp-echo.yaml::second[bob]"
    )
    result.assert_outcomes(passed=1)


def test_a_file_of_ones_own_comes_first(run: Run, project: Path) -> None:
    (project / "tcp-echo.yaml").write_text("own")
    result = run("-v", "tcp-echo.yaml")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tcp-echo.yaml::own PASSED*"])


@pytest.mark.parametrize(
    "args",
    [
        ["--deselect", "tcp-echo.yaml::first[bob]"],
        ["--suite", "tcp-echo.yaml"],
        ["--netconform-target", "tcp-echo.yaml"],
        ["-k", "tcp-echo.yaml"],
        ["other.yaml"],
        ["sub/tcp-echo.yaml"],
        ["tcp-echo"],
        ["x" * 300 + ".yaml"],
    ],
)
def test_values_of_options_and_other_words_are_left_alone(
    args: list[str], project: Path, pytester: pytest.Pytester
) -> None:
    parser = pytester.parseconfig(*PLUGINS)._parser
    options.add_short_forms(parser, args)
    before = list(args)
    options.rewrite_arguments(parser, args, project.parent / "aside" / "bundled")
    assert args == before
