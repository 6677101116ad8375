"""The settings: how they are spelt on the command line and in configuration files, and what they mean.

`OPTIONS` is the one table. Each row is an option `--netconform-KEY`, an ini value `netconform_KEY` and a key
of `[tool.netconform]` in the rootdir's pyproject.toml. Where several are given the first of these counts:
command line, ini value, `[tool.netconform]`, default.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest

from pytest_netconform.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from pytest_netconform.target import Target

Kind = Literal["text", "number", "list", "table"]

TOML_TYPES: dict[Kind, str] = {
    "text": "a string",
    "number": "a number",
    "list": "a string or a list of strings",
    "table": 'a string, a list of strings or a table of "key" = "value"',
}


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text


def _factor(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and number > 0):
        raise ValueError
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError
    return number


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ValueError
    return name, value


def _param(text: str) -> tuple[str, str, str]:
    name, value = _assignment(text)
    suite, _, key = name.rpartition(".")
    if not (suite and key):
        raise ValueError
    return suite, key, value


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError
        return text

    return parse


def _limit(text: str) -> tuple[str, float]:
    from pytest_netconform.target import parse_limit

    return parse_limit(text)


class Option(NamedTuple):
    """One setting. `parse` turns a text into its value and raises ValueError on what `expects` excludes.

    A `list` or a `table` may be given several times, and its value is a tuple.
    """

    key: str
    metavar: str
    parse: Callable[[str], object]
    expects: str
    meaning: str
    kind: Kind = "text"
    default: object = None
    has_short: bool = True

    @property
    def long(self) -> str:
        return f"--netconform-{self.key}"

    @property
    def short(self) -> str:
        return f"--{self.key}"

    @property
    def ini(self) -> str:
        """The name of the ini value, and of the attribute that argparse sets."""
        return "netconform_" + self.key.replace("-", "_")

    @property
    def repeatable(self) -> bool:
        return self.kind in ("list", "table")


# fmt: off
OPTIONS = (
    Option("target", "[NAME=]CMD", _text, "a command line, such as 'python mysrv.py' or a='python mysrv.py'",
           "command line of a server under test, or ref:NAME for a bundled one", "table"),
    Option("target-cwd", "DIR", _text, "a folder",
           "folder in which targets are started"),
    Option("target-env", "K=V", _assignment, "K=V",
           "set an environment variable of the targets", "table", default=()),
    Option("target-port", "PORT", _port, "a whole number from 1 to 65535",
           "the port on which targets certainly listen, if it cannot be found by itself", "number"),
    Option("target-start-timeout", "SECONDS", _factor, "a number of seconds above 0",
           "how long a target may take until it listens", "number", default=10.0),
    Option("target-profile", "WORD,...", _words, "words separated by commas",
           "declare what the assignment leaves open", default=()),
    Option("sandbox", "RUNG", _one_of("auto", "box", "bubblewrap", "landlock", "process", "off"),
           "auto, box, bubblewrap, landlock, process or off",
           "how far targets are shut in: one of them, or auto, the best that works here",
           default="auto"),
    Option("sandbox-show", "PATH", _text, "a file or a folder",
           "let targets see this, although private folders are hidden from them", "list", default=()),
    Option("limit", "NAME=VALUE", _limit,
           "memory=512MiB, processes=64, cpu=90s, output=16MiB, files=256, file-size=1GiB or time=10min",
           "what a target may use: memory, processes, cpu, output, files, file-size or time", "table",
           default=()),
    Option("suite", "NAME", _text, "the name of a bundled suite, such as tcp-echo or 'tcp-*'",
           "play this bundled suite, not those that fit; may be a glob", "list", default=()),
    Option("param", "SUITE.KEY=VALUE", _param, "SUITE.KEY=VALUE, such as '*.reply=ok!'",
           "set a parameter of a suite; SUITE may be a glob", "table", default=()),
    Option("patience", "FACTOR", _factor, "a factor above 0, such as 2.5",
           "multiply all deadlines by this, for a slow machine", "number", default=1.0),
    Option("gate", "TIER", _one_of("core", "strict", "robust"), "core, strict or robust",
           "the checks that may fail the run: core, strict or robust", default="core"),
    Option("seed", "N", _whole, "a whole number from 0 on",
           "seed of the values that property checks make up; without it each check has a seed of its own",
           "number", has_short=False),
    Option("record", "FILE", _text, "a file",
           "write the run to FILE as JSON Lines", has_short=False),
    Option("lang", "LANG", _one_of("en", "zh"), "en or zh",
           "language of the findings: en or zh, else NETCONFORM_LANG, else the locale", has_short=False),
)
# fmt: on
BY_KEY = {option.key: option for option in OPTIONS}
BY_SHORT = {option.short: option for option in OPTIONS if option.has_short}


@dataclass(frozen=True)
class Settings:
    """What the command line and the configuration say, checked. Paths are absolute."""

    targets: tuple[Target, ...]
    """In the order given; their names are unique."""
    targets_typed: bool
    """They came by the command line, of which `addopts` is a part; not by ini or [tool.netconform]."""
    suites: tuple[str, ...]
    """Names or globs of bundled suites; empty: those that fit."""
    params: tuple[tuple[str, str, str], ...]
    """(suite glob, key, value), in the order given."""
    profile: tuple[str, ...]
    patience: float
    gate: str
    sandbox: str
    seed: int | None
    record: Path | None
    lang: str


def register(parser: pytest.Parser) -> None:
    """Declare the long options, which are no other plugin's, and the ini values."""
    group = parser.getgroup("netconform", "network conformance")
    for option in OPTIONS:
        group.addoption(
            option.long,
            action="append" if option.repeatable else "store",
            dest=option.ini,
            metavar=option.metavar,
            help=f"{option.meaning}{_notes(option)}",
        )
        ini_type: Literal["linelist", "string"] = "linelist" if option.repeatable else "string"
        parser.addini(option.ini, f"same as {option.long}", type=ini_type, default=None)


def _notes(option: Option) -> str:
    notes = (
        f"short: {option.short}" if option.has_short else "",
        "repeatable" if option.repeatable else "",
        f"default: {option.default}" if option.default else "",
    )
    text = "; ".join(filter(None, notes))
    return f" ({text})" if text else ""


def add_short_forms(parser: pytest.Parser, args: list[str]) -> None:
    """Spell the short forms in `args` that no plugin or conftest owns as the long ones, in place.

    To be called when the initial conftests have registered their options. The parser never learns the short
    forms, so that a conftest that is loaded later, during collection, may still register them for itself.
    """
    typed = {arg.partition("=")[0] for arg in args} & BY_SHORT.keys()
    ours = {form for form in typed if not _is_taken(parser, form, args)}
    for index, arg in enumerate(args):
        if arg == "--":
            break
        form, equals, value = arg.partition("=")
        if form in ours:
            args[index] = BY_SHORT[form].long + equals + value


def _is_taken(parser: pytest.Parser, form: str, args: list[str]) -> bool:
    # All of the arguments are needed, because some plugin's option may be a required one. An option that
    # is known may dislike the argument that it meets here.
    try:
        return form not in parser.parse_known_and_unknown_args([form, *args])[1]
    except pytest.UsageError:
        return True


def rewrite_arguments(parser: pytest.Parser, args: list[str], bundled: Path) -> None:
    """Let `tcp-echo.yaml` and `tcp-echo.yaml::slug[name]` mean the file in the folder `bundled`, in place.

    Only where no such path exists, and only arguments that are paths, not the values of options: the parser
    tells, so this is to be called after `add_short_forms`.
    """
    for index, arg in enumerate(args):
        name, separator, rest = arg.partition("::")
        if not _names_bundled(name, bundled):
            continue
        path = f"{bundled / name}{separator}{rest}"
        trial = [*args[:index], path, *args[index + 1 :]]
        if path in parser.parse_known_args(trial).file_or_dir:
            args[:] = trial


def _names_bundled(name: str, bundled: Path) -> bool:
    is_bundled = name.endswith(".yaml") and any(name == path.name for path in bundled.glob("*.yaml"))
    return is_bundled and not Path(name).exists()


def read(config: pytest.Config) -> Settings:
    """The settings of this run. Raises UsageError with one sentence that names the option and its remedy."""
    table = _tool_table(config.rootpath / "pyproject.toml")
    given = {option.key: _given(config, option, table) for option in OPTIONS}
    given["lang"] = given["lang"] or _environment_language()
    values: dict[str, Any] = {key: _value(BY_KEY[key], found) for key, found in given.items()}
    return Settings(
        targets=_targets(config, given, values),
        targets_typed=_is_typed(given["target"]),
        suites=values["suite"],
        params=values["param"],
        profile=values["target-profile"],
        patience=values["patience"],
        gate=values["gate"],
        sandbox=values["sandbox"],
        seed=values["seed"],
        record=_base(config, given["record"]) / values["record"] if values["record"] else None,
        lang=values["lang"] or _locale_language(),
    )


class Given(NamedTuple):
    """What a user wrote for one option, as texts, and where."""

    texts: tuple[str, ...]
    where: str
    typed: bool = False


def _given(config: pytest.Config, option: Option, table: dict[str, Given]) -> Given | None:
    typed = config.getoption(option.ini)
    if typed is not None:
        return Given(_tuple(typed), option.long, typed=True)
    try:
        configured = config.getini(option.ini)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise UsageError(str(error)) from error
    if configured is not None:
        return Given(_tuple(configured), f"{option.ini} in {config.inipath or 'the configuration of pytest'}")
    return table.get(option.key)


def _tuple(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _value(option: Option, given: Given | None) -> object:
    if given is None:
        return option.default
    values = []
    for text in given.texts:
        try:
            values.append(option.parse(text))
        except ValueError as error:
            raise UsageError(f"{given.where} expects {option.expects}, not {text!r}.") from error
    return tuple(values) if option.repeatable else values[0]


def _is_typed(given: Given | None) -> bool:
    return given is not None and given.typed


def _base(config: pytest.Config, given: Given | None) -> Path:
    """What relative paths start from: for what is typed the folder where it was typed, else the rootdir."""
    return config.invocation_params.dir if _is_typed(given) else config.rootpath


def _targets(
    config: pytest.Config, given: dict[str, Given | None], values: dict[str, Any]
) -> tuple[Target, ...]:
    found = given["target"]
    if found is None:
        return ()
    from pytest_netconform.target import Limits, Target, parse_target

    shared: dict[str, Any] = {
        "cwd": _folder(config, given),
        "env": dict(values["target-env"]),
        "port": values["target-port"],
        "start_timeout": values["target-start-timeout"],
        "limits": Limits(**dict(values["limit"])),
        "shown": _shown(config, given["sandbox-show"]),
    }
    targets: dict[str, Target] = {}
    for index, text in enumerate(found.texts):
        name, command = parse_target(text, index)
        if not command.strip():
            raise UsageError(f"{found.where} expects {BY_KEY['target'].expects}, not {text!r}.")
        if name in targets:
            remedy = f"give one of them another name, as in NAME={command!r}"
            raise UsageError(f"{found.where}: two targets are called {name!r}; {remedy}.")
        targets[name] = Target(name, command, **shared)
    return tuple(targets.values())


def _folder(config: pytest.Config, given: dict[str, Given | None]) -> Path:
    found = given["target-cwd"]
    if found is None:
        return _base(config, given["target"])
    folder = _base(config, found) / found.texts[0]
    if not folder.is_dir():
        raise UsageError(f"{found.where} expects a folder, and there is none at {folder}.")
    return folder


def _shown(config: pytest.Config, found: Given | None) -> tuple[Path, ...]:
    paths = [_base(config, found) / text for text in found.texts] if found else []
    for path in paths:
        if found and not path.exists():
            raise UsageError(f"{found.where} expects a file or a folder, and there is none at {path}.")
    return tuple(paths)


def _tool_table(path: Path) -> dict[str, Given]:
    """`[tool.netconform]` of a pyproject.toml. A file that never names us is not even parsed."""
    raw = path.read_bytes() if path.is_file() else b""
    if b"netconform" not in raw:
        return {}
    import tomllib

    try:
        table = tomllib.loads(raw.decode()).get("tool", {}).get("netconform", {})
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    if not isinstance(table, dict):
        raise UsageError(f"{path}: [tool.netconform] must be a table, not {table!r}.")
    return {key: _from_toml(path, key, value) for key, value in table.items()}


def _from_toml(path: Path, key: str, value: object) -> Given:
    option = BY_KEY.get(key)
    if option is None:
        hint = did_you_mean(key, BY_KEY) or f"; the keys are {', '.join(BY_KEY)}"
        raise UsageError(f"{path}: unknown key {key!r} in [tool.netconform]{hint}")
    where = f"{key!r} in [tool.netconform] of {path}"
    texts = _texts(option.kind, value)
    if texts is None:
        raise UsageError(f"{where} must be {TOML_TYPES[option.kind]}, not {value!r}.")
    return Given(texts, where)


def _texts(kind: Kind, value: object) -> tuple[str, ...] | None:
    """A TOML value as the texts that would be typed for it; None if it has a wrong type."""
    match kind, value:
        case "number", int() | float() if not isinstance(value, bool):
            return (str(value),)
        case "text" | "list" | "table", str():
            return (value,)
        case "list" | "table", list() if all(isinstance(item, str) for item in value):
            return tuple(value)
        case "table", dict():
            return _assignments(value)
    return None


def _assignments(table: dict[str, object]) -> tuple[str, ...] | None:
    texts = []
    for key, value in table.items():
        # A blank or "=" in the key would move the place at which the text is split again.
        if not isinstance(value, str | int | float) or "=" in key or len(key.split()) != 1:
            return None
        texts.append(f"{key}={str(value).lower() if isinstance(value, bool) else value}")
    return tuple(texts)


def _environment_language() -> Given | None:
    language = os.environ.get("NETCONFORM_LANG")
    return Given((language,), "NETCONFORM_LANG") if language else None


def _locale_language() -> str:
    """The language of the POSIX locale, by the first variable that is set (locale(7))."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "")
    return "zh" if locale.lower().startswith("zh") else "en"
