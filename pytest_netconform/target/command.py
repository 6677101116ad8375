"""A target's command line: its name, its words, its environment, and why the system refuses to run it."""

from __future__ import annotations

import errno
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import bundled
from ..errors import TargetError, UsageError
from ..payload import visible
from .toolchain import command_line

HOST = "127.0.0.1"
TOKEN = "NETCONFORM_INSTANCE"  # noqa: S105 - the name of a variable
REFERENCE = "ref:"
LONGEST_NAME = 40
UTF_8_LOCALE = "C.UTF-8"

_NAMED = re.compile(r"([A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_LAUNCHER = re.compile(
    r"(python|pypy)[\d.]*|node|deno|bun|java|ruby|perl|php|lua|sh|bash|go|npx|uv|\{python\}"
)
_PASSED = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "LANGUAGE", "SYSTEMROOT", "TMPDIR"),
        *("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"),
        *("VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT", "PYENV_VERSION", "UV_PYTHON", "CLASSPATH"),
        *("JAVA_HOME", "JDK_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "DOTNET_ROOT"),
        *("NODE_PATH", "NODE_ENV", "NODE_OPTIONS", "NVM_DIR", "NVM_BIN", "VOLTA_HOME", "DENO_DIR"),
        *("GOPATH", "GOROOT", "GOCACHE", "GOMODCACHE", "GOFLAGS", "CARGO_HOME", "RUSTUP_HOME"),
        *("RUST_BACKTRACE", "RUST_LOG", "GEM_HOME", "GEM_PATH", "RUBYLIB", "RUBYOPT", "PERL5LIB"),
    )
)
_PASSED_FAMILIES = ("LC_", "PYTHON")
_STDBUF = ("LD_PRELOAD", "_STDBUF_O", "_STDBUF_E")


@dataclass(frozen=True)
class Command:
    """What execve(2) gets. `program` is a path, absolute or relative to `cwd`."""

    program: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]


class SpawnFailed(Exception):
    """The system refused to run the program; `number` is the errno of execve(2)."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


# ---------------------------------------------------------------- names


def parse_target(text: str, index: int = 0) -> tuple[str, str]:
    """`NAME=COMMAND` or `COMMAND` -> (name, command).

    A command without a name is called after its script or program: `python mysrv.py` -> `mysrv`; where
    that has no usable name, after its place, `target1` for index 0. Raises UsageError.
    """
    named = _NAMED.fullmatch(text)
    if named:
        return named[1], named[2]
    return _called(split(text)) or f"target{index + 1}", text


def _called(words: Sequence[str]) -> str:
    if not words:
        return ""
    if words[0].startswith(REFERENCE):
        return Path(words[0]).name.removeprefix(REFERENCE)
    operands = [word for word in words[1:] if not word.startswith("-")]
    candidates = [*operands, words[0]] if _LAUNCHER.fullmatch(Path(words[0]).name) else words[:1]
    names = (re.sub(r"[^\w.-]+", "-", Path(word).stem).strip("-.") for word in candidates)
    return next(filter(None, names), "")[:LONGEST_NAME]


def split(text: str) -> list[str]:
    """The words, as a shell would split them. Raises UsageError."""
    try:
        return shlex.split(text)
    except ValueError as exc:
        problem = (
            "ends in a backslash" if "escaped" in str(exc) else "has a quotation mark without its partner"
        )
        raise UsageError(f"the command {visible(text)!r} {problem}") from exc


# ---------------------------------------------------------------- words and environment


def build(
    text: str, cwd: Path, extra_env: Mapping[str, str], port: int, token: str, whole_env: bool = False
) -> Command:
    """The command with its placeholders filled, in an environment that is reduced to what programs need,
    or in the whole one of the tester. Raises UsageError, TargetError when the program is not
    there or is not one, or EnvironmentFault when a reference server cannot be built."""
    if not cwd.is_dir():
        raise UsageError(f"there is no folder {visible(str(cwd))} to run the command in")
    words = _expand(split(text))
    if not words:
        raise UsageError("the command of a target is empty; write for example --target 'python server.py'")
    fill = {"{port}": str(port), "{host}": HOST, "{python}": sys.executable}
    argv = tuple(_fill(word, fill) for word in words)
    env = _environment(dict(os.environ) if whole_env else _needed(os.environ), extra_env, port, token)
    return Command(_program(argv[0], cwd, env), argv, cwd, env)


def _expand(words: list[str]) -> list[str]:
    if not words or not words[0].startswith(REFERENCE):
        return words
    source = bundled.reference(words[0].removeprefix(REFERENCE))
    return [*command_line(source), "--port", "{port}", *words[1:]]


def _fill(word: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        word = word.replace(placeholder, value)
    return word


def _needed(env: Mapping[str, str]) -> dict[str, str]:
    """What is there to find programs and libraries and to make them run; no secrets of the user."""
    return {name: value for name, value in env.items() if is_passed(name)}


def is_passed(name: str) -> bool:
    """Whether targets get this variable of the tester's environment."""
    return name in _PASSED or name.startswith(_PASSED_FAMILIES)


def _environment(base: dict[str, str], extra: Mapping[str, str], port: int, token: str) -> dict[str, str]:
    """Arranged so that what a target prints comes at once and in UTF-8."""
    env = {**base, "PYTHONUNBUFFERED": "1", "LC_ALL": UTF_8_LOCALE, "LANG": UTF_8_LOCALE}
    return {**_flush_lines(env), **extra, "PORT": str(port), "HOST": HOST, TOKEN: token}


def _flush_lines(env: dict[str, str]) -> dict[str, str]:
    """Let C programs write out each line: into a pipe they would print nothing until they end.

    An AddressSanitizer build refuses to run behind a preloaded library unless it is told to.
    """
    added = _stdbuf_variables()
    if not added or "LD_PRELOAD" in env:
        return env
    sanitizer = ":".join(filter(None, (env.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
    return {**env, **added, "ASAN_OPTIONS": sanitizer}


@cache
def _stdbuf_variables() -> dict[str, str]:
    """What `stdbuf -oL -eL` (coreutils) sets for the program that it runs; {} where there is none."""
    stdbuf = shutil.which("stdbuf")
    if stdbuf is None:
        return {}
    ran = subprocess.run([stdbuf, "-oL", "-eL", "env", "-0"], capture_output=True, env={}, check=False)  # noqa: S603
    pairs = (entry.partition("=") for entry in os.fsdecode(ran.stdout).split("\0"))
    return {key: value for key, _, value in pairs if key in _STDBUF}


# ---------------------------------------------------------------- the program


def _program(word: str, cwd: Path, env: Mapping[str, str]) -> str:
    if "/" not in word:
        found = shutil.which(word, path=env.get("PATH"))
        if found is None:
            raise TargetError(f"there is no program {visible(word)!r}", _about_missing(word, cwd))
        return found
    path = cwd / word
    shown = visible(word)
    if path.is_dir():
        raise TargetError(f"{shown} is a folder, not a program")
    if not path.exists():
        raise TargetError(f"there is no program {shown} in {visible(str(cwd))}")
    if not os.access(path, os.X_OK):
        raise TargetError(f"{shown} is not executable", (_about_permission(word),))
    if _first_line(path).endswith(b"\r\n"):
        raise TargetError(
            f"the first line of {shown} ends as on Windows, with CR LF, so its interpreter is not found",
            (f"try: sed -i 's/\\r$//' {shown}",),
        )
    return str(path)


def _about_missing(word: str, cwd: Path) -> tuple[str, ...]:
    if (cwd / word).is_file():
        return (f"a file of that name is in {visible(str(cwd))}: write ./{visible(word)}",)
    if word.startswith("python"):
        return ("try: {python}, which is the Python that runs the tests",)
    return ("it is looked for in the folders of PATH",)


def _about_permission(word: str) -> str:
    interpreter = {".py": "python", ".js": "node", ".sh": "sh"}.get(Path(word).suffix)
    return f"try: {interpreter} {visible(word)}" if interpreter else f"try: chmod +x {visible(word)}"


def _first_line(path: Path) -> bytes:
    """The `#!` line of a script; b"" for anything else."""
    with path.open("rb") as file:
        return line if (line := file.readline(256)).startswith(b"#!") else b""


def refusal(command: Command, number: int) -> TargetError:
    """Why the system did not run the program."""
    shown = visible(command.argv[0])
    interpreter = visible(os.fsdecode(_first_line(command.cwd / command.program)[2:].strip()))
    if number == errno.ENOENT and interpreter:
        return TargetError(
            f"the interpreter {interpreter!r}, which the first line of {shown} names, is not there"
        )
    if number == errno.ENOEXEC:
        return TargetError(
            f"the system cannot run {shown}: it is no program for this machine",
            ("a script needs a first line that names its interpreter, such as #!/bin/sh",),
        )
    return TargetError(f"the system refuses to run {shown}: {os.strerror(number)}")
