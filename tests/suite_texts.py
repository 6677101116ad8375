"""Small suites for the tests of the suite package."""

from __future__ import annotations

from pathlib import Path

from pytest_netconform.errors import SuiteError
from pytest_netconform.suite.event_steps import EVENT_VERBS
from pytest_netconform.suite.load import load
from pytest_netconform.suite.step import Step

SHOWN = "a.yaml"

HEAD = """\
suite: small
title: {en: A small suite, zh: 小套件}
applies_to: tcp
"""

CHECK = """\
  one:
    title: {en: It works, zh: 正常}
    clause: {text: It works, see: the assignment}
"""

BEFORE_STEPS = f"{HEAD}params: {{greeting: hello}}\nchecks:\n{CHECK}    steps:\n      - connect: alice\n"
STEP_LINE = BEFORE_STEPS.count("\n") + 1
STEP_COLUMN = 9


def suite_with_step(*steps: str) -> str:
    """A suite whose check connects alice and then plays these steps, each on a line of its own."""
    return BEFORE_STEPS + "".join(f"      - {step}\n" for step in steps)


BEFORE_EVENT_VERB = ("connect: [bob, carol, dave]", "{event: question, at: bob, ack_id: question}")


def suite_with_example(model: type[Step]) -> str:
    """A suite whose last step is the example of this verb."""
    if model not in EVENT_VERBS:
        return suite_with_step("connect: bob", model.example)
    text = suite_with_step(*BEFORE_EVENT_VERB, model.example)
    return text.replace("applies_to: tcp", "applies_to: socketio")


def suite_with_check(*lines: str, step: str = "exchange: hello") -> str:
    """A suite with these further lines in its check, the first of them in line CHECK_LINE."""
    added = "".join(f"    {line}\n" for line in lines)
    return f"{HEAD}checks:\n{CHECK}{added}    steps:\n      - connect: alice\n      - {step}\n"


CHECK_LINE = suite_with_check().partition("    steps:")[0].count("\n") + 1


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / SHOWN
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems_of(folder: Path, text: str | bytes) -> list[str]:
    """`line:column: text` of each problem that the loader finds."""
    try:
        load(written(folder, text), SHOWN)
    except SuiteError as exc:
        return [f"{found.line}:{found.column}: {found.text}" for found in exc.problems]
    return []


def cases(table: str, **words: str) -> list[tuple[list[str], str]]:
    """A table of mistakes: what is written, and in the line below it, deeper, what is said about it.

    Capital words stand for what many messages have in common.
    """
    for word, meaning in words.items():
        table = table.replace(word, meaning)
    blocks = [block.strip().splitlines() for block in table.strip().split("\n\n")]
    return [([line.strip() for line in lines[:-1]], lines[-1].strip()) for lines in blocks]
