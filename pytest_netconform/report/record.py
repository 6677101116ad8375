"""The recorded run: JSON Lines, one object a line, each written when it happens.

A run that is killed keeps every line that was written before.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from ..errors import UsageError
from ..run.result import Result

VERSION = 1


class Record:
    """Appends to a file; each line is flushed at once. `fault`: why lines are missing, as by a full disk."""

    def __init__(self, path: Path) -> None:
        self.fault = ""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = path.open("a", encoding="utf-8")
        except OSError as exc:
            raise UsageError(f"--netconform-record {path}: cannot be written: {exc.strerror}") from exc

    def result(self, result: Result) -> None:
        """One check on one target."""
        self._line({"kind": "result", "version": VERSION, **result.as_dict()})

    def _line(self, value: dict[str, Any]) -> None:
        with self._noting_fault():
            self._file.write(json.dumps(value, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        with self._noting_fault():
            self._file.close()

    @contextlib.contextmanager
    def _noting_fault(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            self.fault = self.fault or f"the record {self._path} is not whole: {exc.strerror}"
