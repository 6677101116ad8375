"""Data and matchers, as written, -> bytes and expectations."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from pytest_netconform.suite import matching
from pytest_netconform.suite.evaluate import BadValue, Scope, data, expected
from pytest_netconform.suite.values import Data, Match

VARIABLES: dict[str, Any] = {"n": 3, "size": "1KiB", "who": "爱丽丝", "reply": None, "half": 1.5, "yes": True}

data_form: TypeAdapter[Any] = TypeAdapter(Data)
match_form: TypeAdapter[Any] = TypeAdapter(Match)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite/x.bin").write_bytes(b"\x00x")
    (tmp_path / "secret").write_bytes(b"secret")
    return Scope(
        VARIABLES, "gbk", tmp_path / "suite", "small/one", lambda sent: matching.exactly(sent * 2, "twice")
    )


def evaluated(value: object, scope: Scope) -> bytes:
    return data(data_form.validate_python(value), scope)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("你", b"\xc4\xe3"),
        ("${n}", b"3"),
        ("${half} ${yes}", b"1.5 True"),
        ("$${n}", b"${n}"),
        ({"text": "你", "encoding": "utf-8"}, b"\xe4\xbd\xa0"),
        ({"text": "${n}"}, b"3"),
        ({"hex": "c4 e3"}, b"\xc4\xe3"),
        ({"hex": "0${n}"}, b"\x03"),
        ({"base64": "xOM="}, b"\xc4\xe3"),
        ({"repeat": "ab", "times": 2}, b"abab"),
        ({"repeat": "a", "times": "${size}"}, b"a" * 1024),
        ({"repeat": "a", "times": 0}, b""),
        ({"join": ("a", {"hex": "00"}, {"repeat": "b", "times": "${n}"})}, b"a\x00bbb"),
        ({"first": 1, "of": "你"}, b"\xc4"),
        ({"after": "1", "of": "你"}, b"\xe3"),
        ({"first": 5, "of": "ab"}, b"ab"),
        ({"numbers": 16}, b"line 00000000 ab"),
        ({"file": "x.bin"}, b"\x00x"),
    ],
)
def test_each_form_of_data_makes_its_bytes(value: object, sent: bytes, scope: Scope) -> None:
    assert evaluated(value, scope) == sent


def test_random_data_depends_on_the_seed_and_the_size_alone(scope: Scope) -> None:
    again = Scope({}, "utf-8", scope.folder, scope.seed, scope.reply_to)
    other = Scope({}, "utf-8", scope.folder, "small/two", scope.reply_to)
    one = evaluated({"random": "1KiB"}, scope)
    assert len(one) == 1024
    assert one == evaluated({"random": 1024}, again)
    assert one != evaluated({"random": 1024}, other)


def test_numbers_are_different_at_every_place(scope: Scope) -> None:
    """A piece that is lost, doubled or moved shows, also at the borders of buffers."""
    lines = evaluated({"numbers": "64KiB"}, scope).splitlines(keepends=True)
    assert len(set(lines)) == len(lines) == 1024
    assert {len(line) for line in lines} == {64}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("😀", "'😀' cannot be written in gbk"),
        ({"text": "你", "encoding": "ascii"}, "'你' cannot be written in ascii"),
        ("${reply}", "the parameter 'reply' is null here: give it a value, with --param if need be"),
        ({"hex": "${who}"}, "'爱丽丝' is not hex; write pairs of digits such as 'c4 e3'"),
        ({"base64": "${n}"}, "'3' is not base64; write groups of four such as 'xOM='"),
        ({"random": "${who}"}, "'爱丽丝' is not a size; write a number of bytes, or 64KiB, or 1MiB"),
        ({"random": "${half}"}, "1.5 is not a size; write a number of bytes, or 64KiB, or 1MiB"),
        ({"random": "${yes}"}, "true is not a size; write a number of bytes, or 64KiB, or 1MiB"),
        ({"random": "999MiB"}, "1047527424 bytes are more than one step may send or receive, 268435456"),
        (
            {"repeat": {"repeat": "ab", "times": "1MiB"}, "times": "1MiB"},
            "2199023255552 bytes are more than one step may send or receive, 268435456",
        ),
        ({"file": "../secret"}, "'../secret' is outside of the suite's folder"),
        ({"file": "/etc/passwd"}, "'/etc/passwd' is outside of the suite's folder"),
        ({"file": "gone"}, "'gone' cannot be read: No such file or directory"),
        ({"file": "."}, "'.' cannot be read: Is a directory"),
    ],
)
def test_data_that_cannot_be_made_is_the_authors_fault(value: object, sentence: str, scope: Scope) -> None:
    with pytest.raises(BadValue) as caught:
        evaluated(value, scope)
    assert str(caught.value) == sentence


def test_a_link_out_of_the_folder_is_not_followed(scope: Scope) -> None:
    (scope.folder / "link").symlink_to(scope.folder.parent / "secret")
    with pytest.raises(BadValue, match="is outside of the suite's folder"):
        evaluated({"file": "link"}, scope)


def test_a_file_may_be_too_large(scope: Scope) -> None:
    with (scope.folder / "large").open("wb") as file:
        file.truncate(300 << 20)
    with pytest.raises(BadValue, match="314572800 bytes are more than one step may send or receive"):
        evaluated({"file": "large"}, scope)


def test_a_step_may_have_variables_of_its_own(scope: Scope) -> None:
    assert evaluated("${client}", scope.with_variables(client="bob")) == b"bob"


@pytest.mark.parametrize(
    ("match", "received", "state"),
    [
        ("ok", b"ok", "matched"),
        ("ok", b"no", "different"),
        ({"hex": "c4"}, b"\xc4", "matched"),
        ({"reply_to": "ab"}, b"ab", "more"),
        ({"reply_to": "ab"}, b"abab", "matched"),
        ({"contains": "${n}"}, b"1 2 3", "matched"),
        ({"matches": "${n}+$"}, b"333", "matched"),
        ({"matches": "你"}, b"\xc4\xe3", "matched"),
        ({"any_of": ("no", {"contains": "k"})}, b"ok", "matched"),
        ({"length": "${n}"}, b"xyz", "matched"),
        ({"length": 4}, b"xyz", "more"),
    ],
)
def test_each_matcher_makes_its_expectation(match: object, received: bytes, state: str, scope: Scope) -> None:
    wanted = expected(match_form.validate_python(match), scope)
    assert wanted.look(bytearray(received), 0).state == state


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({"contains": "x"}, "something that contains this"),
        ({"matches": "a+"}, "text like /a+/"),
        ({"length": "1KiB"}, "1024 bytes"),
        ({"any_of": ("a", "b")}, "one of several"),
    ],
)
def test_an_expectation_can_be_told(match: object, said: str, scope: Scope) -> None:
    assert expected(match_form.validate_python(match), scope).said == said


@pytest.mark.parametrize("match", [{"matches": "(${n}"}, {"contains": "😀"}, {"length": "${who}"}])
def test_a_matcher_that_cannot_be_made_is_the_authors_fault(match: object, scope: Scope) -> None:
    with pytest.raises(BadValue):
        expected(match_form.validate_python(match), scope)


def test_sixteen_mebibytes_are_made_at_once(scope: Scope) -> None:
    began = time.process_time()
    assert len(evaluated({"random": "16MiB"}, scope)) == 16 << 20
    assert time.process_time() - began < 2
