"""The JSON Schema of a suite, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from suite_texts import SHOWN, problems_of, suite_with_check, suite_with_example, suite_with_step, written

from pytest_netconform import bundled
from pytest_netconform.suite.generators import GENERATORS
from pytest_netconform.suite.schema import schema
from pytest_netconform.suite.source import read
from pytest_netconform.suite.steps import VERBS

jsonschema = pytest.importorskip("jsonschema", reason="the extra 'dev' brings it")
SCHEMA = schema()


def as_json(value: Any) -> Any:
    """What an editor sees: lists where the reader has tuples."""
    return json.loads(json.dumps(value))


def is_valid(path: Path) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(as_json(read(path, SHOWN).value)))


def test_it_is_a_schema_of_its_dialect_and_plain_json() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (SCHEMA["$id"], SCHEMA["title"]) == ("urn:pytest-netconform:suite", "netconform suite")
    jsonschema.Draft202012Validator.check_schema(as_json(SCHEMA))


@pytest.mark.parametrize("path", sorted(bundled.suites_dir().glob("*.yaml")), ids=lambda path: path.stem)
def test_the_bundled_suites_are_valid(path: Path) -> None:
    assert is_valid(path)


@pytest.mark.parametrize("verb", VERBS)
def test_editors_see_what_each_verb_does_and_an_example(verb: str, tmp_path: Path) -> None:
    model = VERBS[verb]
    shown = SCHEMA["$defs"][model.__name__]["properties"][verb]["description"]
    assert shown.endswith(f"Example: {model.example}")
    assert str(model.__doc__).split(".")[0] in shown
    assert is_valid(written(tmp_path, suite_with_example(model)))


@pytest.mark.parametrize("kind", GENERATORS)
def test_editors_take_the_example_of_each_generator(kind: str, tmp_path: Path) -> None:
    text = suite_with_check(f"given: {{x: {GENERATORS[kind].example}, text: {{text: {{}}}}}}")
    assert problems_of(tmp_path, text) == []
    assert is_valid(written(tmp_path, text))


def test_a_step_is_one_of_the_verbs_and_nothing_else_fits() -> None:
    steps = SCHEMA["$defs"]["Check"]["properties"]["steps"]
    assert [arm["$ref"].rpartition("/")[2] for arm in steps["items"]["oneOf"]] == [
        model.__name__ for model in VERBS.values()
    ]


def test_every_mapping_is_closed() -> None:
    def mappings(node: object) -> list[dict[str, Any]]:
        children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        here = [node] if isinstance(node, dict) and node.get("type") == "object" else []
        return here + [found for child in children for found in mappings(child)]

    assert len(mappings(SCHEMA)) > 30
    assert [one for one in mappings(SCHEMA) if one["additionalProperties"] is not False] == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            suite_with_step(step)
            for step in (
                "recieve: x",
                "{send: x, receive: x}",
                "{send: x, frm: alice}",
                "send: 5",
                "send: {hexx: c4}",
                "send: {hex: c}",
                "send: {hex: c4, base64: x}",
                "send: {random: 64KB}",
                "receive: {any_of: [x, {lenght: 5}]}",
                "{receive: x, within: 5 parsecs}",
                "{send: x, cut: each-bite}",
                "{send: x, when: print}",
                "connect: 9lives",
                "connect: {crowd: 0}",
                "connect: {crowd: many}",
                "server: aliv",
                "server: {relesed: alice}",
                "nothing: alice",
                "repeat: 3",
                "{repeat: 3, do: []}",
                "{repeat: 3, do: [{sned: x}]}",
            )
        ),
        *(
            suite_with_check(line)
            for line in (
                "ponits: 3",
                "points: -1",
                "points: many",
                "level: most",
                "deadline: 5",
                "needs: fly",
                "hint: Try again",
                "hint: {zh: 再试}",
                "for_each: {n: []}",
                "for_each: {my-name: [1]}",
                "given: {x: {txt: {}}}",
                "given: {x: {text: {mni: 1}}}",
                "given: {x: {number: {min: many}}}",
                "given: {x: {text: {}, bytes: {}}}",
                "examples: 0",
            )
        ),
        suite_with_check().replace("  one:", "  One:"),
        suite_with_check().replace("applies_to: tcp", "applies_to: sctp"),
        suite_with_check().replace("applies_to: tcp\n", ""),
        suite_with_check().replace("{text: It works, ", "{"),
    ],
)
def test_what_the_loader_refuses_for_its_form_editors_mark_too(text: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, text)
    assert not is_valid(written(tmp_path, text))


@pytest.mark.parametrize(
    "step",
    [
        "{send: {random: '${greeting}'}, cut: {every: '${i}'}}",
        "{send: x, cut: '${i}'}",
        "{repeat: '${i}', do: [exchange: x]}",
        "{receive: {matches: '${greeting}'}, within: 1.5 min}",
        "send: {hex: 'c4${greeting}'}",
    ],
)
def test_what_a_variable_may_bring_editors_let_pass(step: str, tmp_path: Path) -> None:
    text = suite_with_step(step)
    assert problems_of(tmp_path, text) == []
    assert is_valid(written(tmp_path, text))
