"""YAML text -> plain values with their places."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from suite_texts import SHOWN, written

from pytest_netconform.errors import SuiteError
from pytest_netconform.suite import source
from pytest_netconform.suite.source import read


@pytest.fixture(params=["C", "pure Python"])
def each_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """libyaml where it is installed, and PyYAML alone where it is not."""
    if request.param == "pure Python":
        resolver = {
            name: getattr(source._Composer, name)
            for name in ("yaml_implicit_resolvers", "descend_resolver", "ascend_resolver", "depth")
        }
        monkeypatch.setattr(source, "_Composer", type("Composer", (yaml.SafeLoader,), resolver))


def value_of(folder: Path, text: str) -> object:
    found = read(written(folder, text), SHOWN)
    assert found.problems == []
    assert isinstance(found.value, dict)
    return found.value["a"]


def problems_of(folder: Path, text: str | bytes) -> list[str]:
    try:
        found = read(written(folder, text), SHOWN).problems
    except SuiteError as exc:
        found = list(exc.problems)
    return [f"{problem.line}:{problem.column}: {problem.text}" for problem in found]


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("true", True),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"\\x41"', "A"),
        ("<<", "<<"),
        (".inf", ".inf"),
        ("9" * 200, "9" * 200),
        ("[1, {b: c}]", (1, {"b": "c"})),
        ("\n  - x\n  - y", ("x", "y")),
        ("|\n  12\n", "12\n"),
        ("你好", "你好"),
    ],
)
def test_scalars_are_what_they_look_like(text: str, value: object, tmp_path: Path) -> None:
    assert value_of(tmp_path, f"a: {text}\n") == value


def test_an_alias_stands_for_its_value(tmp_path: Path) -> None:
    assert value_of(tmp_path, "b: &x [1]\na: *x") == (1,)


def test_every_key_and_value_has_its_place(tmp_path: Path) -> None:
    found = read(written(tmp_path, "a:\n  - b: c\n    你: {d: e}\n"), SHOWN)
    assert found.place(("a", 0)) == (2, 5)
    assert found.place(("a", 0, "b")) == (2, 8)
    assert found.place(("a", 0, "b"), key=True) == (2, 5)
    assert found.place(("a", 0, "你", "d")) == (3, 12)


def test_what_stands_nowhere_has_the_place_of_its_nearest_ancestor(tmp_path: Path) -> None:
    found = read(written(tmp_path, "a:\n  b: c\n"), SHOWN)
    assert found.place(("a", "b", "x", 3)) == (2, 6)
    assert found.place(("nowhere",)) == (1, 1)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    found = read(written(tmp_path, b"\xef\xbb\xbfa: b\r\nc: d\r\n"), SHOWN)
    assert found.value == {"a": "b", "c": "d"}
    assert (found.place(("a",)), found.place(("c",))) == ((1, 4), (2, 4))
    assert found.lines == ["a: b", "c: d"]


@pytest.mark.usefixtures("each_parser")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: the file is empty; a suite starts with 'suite: NAME'"),
        ("# nothing\n", "1:1: the file is empty; a suite starts with 'suite: NAME'"),
        ("- a\n", "1:1: not a suite; it starts with 'suite: NAME'"),
        ("hello\n", "1:1: not a suite; it starts with 'suite: NAME'"),
        (b"a: \xc4\xe3\n", "1:1: is not UTF-8 text; save it as UTF-8"),
        (b"a: 1\nb: \x07\n", "2:4: not YAML: character #x0007 is not allowed"),
        ("a: b: c", "1:5: not YAML: mapping values are not allowed *; a text with ': ' inside needs quotes"),
        ("a:\n\t- b", "2:1: not YAML: * start any token; indent with blanks, not tabs; a text that *"),
        ("a: [b", "*not YAML: *; is a comma, a quote or a bracket missing before this?"),
        ("a: 'b", "1:6: not YAML: found unexpected end of stream; a quote or a bracket is still open"),
        ("a: 1\n b: 2", "2:*: not YAML: *"),
        ("a: 1\nb\n", "*: not YAML: could not find expected ':'; a key is written 'key: value', *"),
        ("a: *b", "1:4: not YAML: found undefined alias*; a text that starts with * needs quotes"),
        ("a: 1\n---\nb: 1\n", "2:1: not YAML: but found another document; a suite is one document, *"),
        ("a: &x [*x]", "1:4: nested more than 60 levels deep"),
        ("a: " + "[" * 61, "1:*: nested more than 60 levels deep"),
        ("[" * 500_000, "1:*: nested more than 60 levels deep"),
        ("- " * 500_000, "1:*: nested more than 60 levels deep"),
        ("x" * 3_000_000, "1:1: the file has 3000000 bytes; a suite has at most 2097152"),
        ("a: {b: 1, b: 2}", "1:11: duplicate key 'b' (first at line 1)"),
        ("? [a]\n: b", "1:3: a key must be a word"),
        ("a: !x b", "1:4: tag '!x' is not allowed; write a plain value"),
        ("a: !!str 12", "1:4: tag 'tag:yaml.org,2002:str' is not allowed; write a plain value"),
        ("a: !!python/name:os.system ''", "1:4: tag '*os.system' is not allowed; write a plain value"),
    ],
)
def test_what_is_no_suite_gets_one_clear_sentence(text: str, problem: str, tmp_path: Path) -> None:
    (found,) = problems_of(tmp_path, text)
    start, *rest = problem.split("*")
    assert found.startswith(start), found
    for piece in rest:
        assert piece in found, found


def test_aliases_cannot_multiply(tmp_path: Path) -> None:
    lines = ["a0: &a0 x", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
    (found,) = problems_of(tmp_path, "\n".join(lines))
    assert "more than 100000 values; do aliases multiply here?" in found


def test_a_file_that_is_not_there_is_a_problem_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="1:1: cannot be read: No such file or directory"):
        read(tmp_path / SHOWN, SHOWN)


def test_a_problem_shows_its_line_with_the_caret_below_it_whatever_the_width(tmp_path: Path) -> None:
    (found,) = read(written(tmp_path, "a: {你好: 1, 你好: 2}"), SHOWN).problems
    assert str(found).splitlines()[1:] == ["    a: {你好: 1, 你好: 2}", "                 ^"]


def test_a_long_line_is_cut_around_the_problem(tmp_path: Path) -> None:
    text = "a: {" + ", ".join(f"k{i}: {i}" for i in range(2000)) + ", k7: 1}"
    (found,) = read(written(tmp_path, text), SHOWN).problems
    _, line, caret = str(found).splitlines()
    assert len(line) < 200
    assert line[caret.index("^") :].startswith("k7: 1")


def test_a_message_is_safe_to_print_and_bounded(tmp_path: Path) -> None:
    text = 'a: {"\\e]0;x": 1, "\\e]0;x": 2, ' + f"{'k' * 900}: 1, {'k' * 900}: 2" + "}"
    for found in read(written(tmp_path, text), SHOWN).problems:
        assert "\x1b" not in str(found)
        assert len(str(found)) < 1000
