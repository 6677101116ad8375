"""The command line that runs a bundled reference server, whatever it is written in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from .. import bundled
from ..errors import EnvironmentFault
from ..payload import visible

LONGEST_BUILD = 120.0
"""Seconds; a second or two are usual."""
SHOWN_LINES = 8
"""Of what a compiler says."""


class ProgramMissing(EnvironmentFault):
    """A compiler or an interpreter is not installed."""


def command_line(source: Path) -> list[str]:
    """The words that run this server, to which its options are added.

    It is built first where its language wants that and nobody has built it yet. Raises ProgramMissing,
    or EnvironmentFault when it cannot be built.
    """
    language = bundled.language_of(source)
    values = {
        "{python}": sys.executable,
        "{source}": str(source),
        "{stem}": source.stem,
        "{main}": source.name,
    }
    if language.build:
        values["{built}"] = str(_built(source, language, values))
    for needed in language.needs:
        _found(needed, source, language)
    program, *options = _fill(language.run, values)
    return [_found(program, source, language), *options]


def _fill(text: str, values: Mapping[str, str]) -> list[str]:
    """Split first: a path may contain spaces."""
    words = text.split()
    for placeholder, value in values.items():
        words = [word.replace(placeholder, value) for word in words]
    return words


def _found(program: str, source: Path, language: bundled.Language) -> str:
    found = shutil.which(program)
    if found is None:
        raise ProgramMissing(
            f"the reference server {bundled.called(source.stem)} needs the program {program!r}, "
            "which is not on this machine",
            (f"on Debian or Ubuntu: apt install {language.packages}",),
        )
    return found


# ---------------------------------------------------------------- what is built


def _built(source: Path, language: bundled.Language, values: Mapping[str, str]) -> Path:
    """Where the built server is. It is built once for each source and compiler, also by parallel runs."""
    compiler = _found(language.build.split()[0], source, language)
    built = _private_folder() / f"{source.stem}-{_digest(source, language, compiler)}"
    if not built.exists():
        _build_once(source, language, values, built)
    return built


def _build_once(source: Path, language: bundled.Language, values: Mapping[str, str], built: Path) -> None:
    try:
        with FileLock(f"{built}.lock", timeout=2 * LONGEST_BUILD):
            if not built.exists():
                _build(source, language, values, built)
    except Timeout as exc:
        raise _unbuilt(source, "another run is about it and comes to no end") from exc


def _digest(source: Path, language: bundled.Language, compiler: str) -> str:
    """Of all that decides what is built. A compiler that was updated is another file of another time."""
    path = Path(compiler).resolve()
    seen = path.stat()
    about = (language.build, path, seen.st_size, seen.st_mtime_ns, os.uname().machine)
    content = b"".join(path.read_bytes() for path in _sources(source, language))
    return hashlib.sha256(content + repr(about).encode()).hexdigest()[:16]


def _sources(source: Path, language: bundled.Language) -> list[Path]:
    return [source, *(source.with_name(name) for name in language.beside)]


def _build(source: Path, language: bundled.Language, values: Mapping[str, str], built: Path) -> None:
    """What is at `built` is whole: it comes there by a rename."""
    with tempfile.TemporaryDirectory(dir=built.parent) as folder:
        result = Path(folder) / built.name
        words = _fill(language.build, {**values, "{built}": str(result)})
        if language.beside:
            result.mkdir()
            for path in _sources(source, language):
                shutil.copy(path, result)
        try:
            ran = subprocess.run(  # noqa: S603 - the words are ours
                words,
                cwd=folder,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=LONGEST_BUILD,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise _unbuilt(source, f"{words[0]} takes more than {LONGEST_BUILD:.0f} s") from exc
        if ran.returncode or not result.exists():
            raise _unbuilt(source, f"{words[0]} ends with status {ran.returncode}", ran.stdout)
        result.rename(built)


def _unbuilt(source: Path, why: str, output: bytes = b"") -> EnvironmentFault:
    lines = output.decode(errors="replace").splitlines()[:SHOWN_LINES]
    sentence = f"the reference server {bundled.called(source.stem)} cannot be built: {why}"
    return EnvironmentFault(sentence, tuple(map(visible, lines)))


def _private_folder() -> Path:
    """Where nobody else can put a program that we would run. Raises EnvironmentFault."""
    folder = Path(tempfile.gettempdir()) / f"netconform-built-{os.getuid()}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid() or stat.S_IMODE(seen.st_mode) & 0o077:
        raise EnvironmentFault(f"{folder} should be a folder that only this user can open; remove it")
    return folder
