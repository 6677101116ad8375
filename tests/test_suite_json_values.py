"""Values of events: compared by what they are, made with variables, refused where written wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_netconform.errors import SuiteError
from pytest_netconform.suite import matching
from pytest_netconform.suite.evaluate import BadValue, Scope
from pytest_netconform.suite.json_values import Comparison, captures, made, shown
from pytest_netconform.suite.load import load
from pytest_netconform.suite.model import Suite


def scope(**variables: Any) -> Scope:
    return Scope(variables, "utf-8", Path(), "seed", lambda data: matching.exactly(data, ""))


def compared(expected: Any, value: Any, **variables: Any) -> Comparison:
    comparison = Comparison(scope(**variables))
    comparison.ok = comparison.agrees(expected, value)
    return comparison


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("hi", "hi"),
        (1, 1.0),
        (1000.0, 1000),
        (None, None),
        (True, True),
        ((), []),
        ((1, "a", (None,)), [1, "a", [None]]),
        ({"a": 1, "b": (2,)}, {"b": [2], "a": 1}),
        ({"any": "string"}, ""),
        ({"any": "number"}, 0.5),
        ({"any": "boolean"}, False),
        ({"any": "null"}, None),
        ({"any": "list"}, []),
        ({"any": "object"}, {}),
        ({"any": "bytes"}, b""),
        ({"any": "value"}, None),
        ({"any_of": (1, "one")}, "one"),
        ({"has": {"text": "hi"}}, {"text": "hi", "from": "x"}),
        ({"has": {"to": {"any": "string"}}}, {"to": "x"}),
        ({"in_any_order": ("b", "a")}, ["a", "b"]),
        ({"exactly": {"any": "string"}}, {"any": "string"}),
        ({"bytes": {"hex": "01 02"}}, b"\x01\x02"),
        ({"bytes": "你"}, "你".encode()),
        ({"matches": "[0-9]+$"}, "123"),
        ({"data": {"bytes": "x"}}, {"data": b"x"}),
    ],
)
def test_these_agree(expected: Any, value: Any) -> None:
    assert compared(expected, value).ok


@pytest.mark.parametrize(
    ("expected", "value", "why"),
    [
        ("hi", "ho", 'it is "ho", not "hi"'),
        (1, True, "it is true, not 1"),
        (False, 0, "it is 0, not false"),
        ("1", 1, 'it is 1, not "1"'),
        (1, "1", 'it is "1", not 1'),
        (None, False, "it is false, not null"),
        ((1,), [1, 2], "it has 2 values, not 1"),
        ((1,), 1, "it is 1, not a list"),
        ((1, (2, 3)), [1, [2, 4]], "[1][1] is 4, not 3"),
        ({"a": 1}, {"a": 1, "b": 2}, 'it has the key "b" too'),
        ({"a": 1}, {}, 'it lacks the key "a"'),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, 'a.b is "y", not "x"'),
        ({"has": {"a": 1}}, [], "it is [], not an object"),
        ({"any": "string"}, None, "it is null, not any string"),
        ({"any": "number"}, True, "it is true, not any number"),
        ({"any_of": (1, 2)}, 3, "it is 3, none of what it may be"),
        ({"in_any_order": ("a", "b")}, ["a", "a"], '[1] is "a", not "b"'),
        ({"in_any_order": ("a",)}, "a", 'it is "a", not a list of texts'),
        ({"bytes": "x"}, "x", "not"),
        ({"matches": "[0-9]+$"}, "x1", 'it is "x1", not text like /[0-9]+$/'),
    ],
)
def test_these_differ_and_say_where(expected: Any, value: Any, why: str) -> None:
    comparison = compared(expected, value)
    assert not comparison.ok
    assert why in comparison.why


def test_variables_are_put_in_and_keep_their_types() -> None:
    assert compared(
        {"from": "${alice.sid}", "n": "${i}"}, {"from": "s1", "n": 7}, i=7, **{"alice.sid": "s1"}
    ).ok
    assert not compared("${i}", "7", i=7).ok


def test_what_is_captured_is_known_afterwards_but_not_of_a_choice_that_failed() -> None:
    comparison = compared({"any_of": ((1, {"capture": "no"}), (2, {"capture": "yes"}))}, [2, "x"])
    assert comparison.captured == {"yes": "x"}
    assert set(captures({"has": {"a": ({"capture": "x"}, {"capture": "y"})}})) == {"x", "y"}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"room": "red", "n": (1, None)}, {"room": "red", "n": [1, None]}),
        ({"bytes": {"hex": "ff"}}, b"\xff"),
        ({"a": {"bytes": "x"}}, {"a": b"x"}),
        ({"exactly": {"bytes": "x"}}, {"bytes": "x"}),
        ({"repeat": "ab", "times": 3}, "ababab"),
        ("${i}", 4),
        ("no ${i}", "no 4"),
        ("$${i}", "${i}"),
    ],
)
def test_values_are_made(written: Any, value: Any) -> None:
    assert made(written, scope(i=4)) == value


def test_a_text_without_bounds_is_refused() -> None:
    with pytest.raises(BadValue, match="more than one step may send"):
        made({"repeat": "x", "times": "300MiB"}, scope())


def test_a_long_value_is_shown_short() -> None:
    assert len(shown("x" * 10_000)) < 200
    assert shown([b"\x00\x01", "你"]) == '[{"bytes": "00 01"}, "你"]'


SUITE = """\
suite: small
title: {{en: Small, zh: 小}}
applies_to: socketio
checks:
  one:
    title: {{en: It works, zh: 正常}}
    steps:
      - connect: [alice, bob]
      - {step}
"""


def problems(tmp_path: Path, step: str) -> str:
    path = tmp_path / "small.netconform.yaml"
    path.write_text(SUITE.format(step=step))
    with pytest.raises(SuiteError) as caught:
        load(path)
    return "; ".join(problem.text for problem in caught.value.problems)


def loaded(tmp_path: Path, step: str) -> Suite:
    path = tmp_path / "small.netconform.yaml"
    path.write_text(SUITE.format(step=step))
    return load(path)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{event: said, data: [{any: strung}], at: bob}", "did you mean 'string'?"),
        ("{event: said, data: [{any_of: hi}], at: bob}", "{any_of: ...} takes a list"),
        ("{event: said, data: [{has: hi}], at: bob}", "{has: ...} takes keys and values"),
        ("{event: said, data: [{capture: a b}], at: bob}", "{capture: ...} takes a name"),
        ("{event: said, data: [{matches: '['}], at: bob}", "is no regular expression"),
        ("{event: said, data: [{bytes: [1]}], at: bob}", "{bytes: ...} takes data"),
        ("{emit: say, data: [{has: {a: 1}}], from: bob}", "says what is received"),
        ("{emit: say, data: ['${sid}'], from: bob}", "nothing is called ${sid} here"),
        ("{emit: say, data: ['${carol.sid}'], from: bob}", "nothing is called ${carol.sid} here"),
        ("{emit: say, id: -1, from: bob}", "an id is a whole number"),
        ("{emit: say}", "say which client, as 'from: NAME'"),
        ("{no_event: said, at: bob, fence: carol}", "no client called 'carol'"),
        ("{no_event: said, among: [{any: strung}], at: bob}", "did you mean 'string'?"),
        ("{reset: crowd}", "no client called 'crowd'"),
        ("{send: hi, from: bob}", "'send' is for bytes"),
        ("{server: restart}", "this is for byte streams"),
        ("{connect: carol, transport: same}", "'carol' has no session yet"),
        ("{connect: carol, node: 2}", "only a target that has 'cluster' has nodes: say 'needs: cluster'"),
        ("{connect: alice, transport: same, node: 2, when: cluster}", "stays at the node that it was opened"),
        ("{connect: carol, node: 0}", "write a whole number from 1 on"),
        ("{connect: carol, client: stick}", "did you mean 'stock'?"),
        ("{connect: carol, client: stock, namespace: /-}", "a stock client has one namespace"),
        ("{connect: bob, client: stock, transport: same}", "a stock client has one namespace"),
        ("{connect: carol, namespace: chat}", "write /, /chat or a variable"),
    ],
)
def test_what_is_written_wrongly_is_told(step: str, told: str, tmp_path: Path) -> None:
    assert told in problems(tmp_path, step)


@pytest.mark.parametrize(
    "step",
    [
        "{emit: say, data: [{to: '${alice.sid}', e: '${bob.engine}'}], from: bob}",
        "{event: said, data: [{has: {any: string}}], at: bob}",
        "{packet: '42${ns}[]', from: bob}",
        "{no_event: said, among: [{has: {from: x}}], at: bob}",
        "{repeat: 2, do: [{storm: {clients: 3, rooms: 2}}, {reset: crowd}]}",
        "{connect: carol, auth: {pid: '${bob.pid}', offset: '${bob.offset}'}}",
        "{server: {released: bob}}",
        "{no_event: said, at: bob}",
        "{connect: carol, node: 2, when: cluster}",
    ],
)
def test_what_is_written_well_loads(step: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, step).applies_to == "socketio"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{no_event: said, at: carol}", "nothing proves that none has come"),
        ("{not_acked: 1, at: carol}", "nothing proves that none has come"),
        ("{packet: '2[]', from: carol}", "it takes no part in 'packet'"),
        ("stall: carol", "it takes no part in 'stall'"),
        ("{emit: say, id: 3, from: carol}", "it chooses the id by itself"),
        ("{event: said, at: carol, answer: [1]}", "it answers by itself"),
        ("{event: said, at: carol, ack_id: x}", "it answers by itself"),
    ],
)
def test_what_a_stock_client_cannot_is_told(step: str, told: str, tmp_path: Path) -> None:
    stock = "{connect: carol, client: stock}"
    found = problems(tmp_path, f"{stock}\n      - {step}")
    assert found.startswith("'carol' is a stock client: ")
    assert found.endswith(told)
    assert loaded(tmp_path, f"{stock}\n      - {{connect: carol}}\n      - {step}")


def test_events_are_no_verbs_of_byte_streams(tmp_path: Path) -> None:
    path = tmp_path / "small.netconform.yaml"
    path.write_text(SUITE.format(step="{emit: say, from: bob}").replace("socketio", "tcp"))
    with pytest.raises(SuiteError, match="'emit' is for suites that apply to socketio"):
        load(path)
