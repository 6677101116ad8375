"""What a well-formed suite may still get wrong: clients, variables, requirements."""

from __future__ import annotations

from pathlib import Path

import pytest
from suite_texts import CHECK_LINE, STEP_LINE, cases, problems_of, suite_with_check, suite_with_step

DO_NOT_FIT = """
    {send: x, from: alcie}
        9: no client called 'alcie' is connected by now; did you mean 'alice'?

    nothing: {at: bob}
        9: no client called 'bob' is connected by now

    unblocks: {by: bob, at: alice, reply_to: x}
        9: no client called 'bob' is connected by now

    server: {released: bob}
        9: no client called 'bob' is connected by now

    {send: x, from: crowd}
        9: no client called 'crowd' is connected by now

    connect: bob
    send: x
        9: say which client, as 'from: NAME' (connected so far: alice, bob)

    connect: bob
    exchange: x
        9: say which client, as 'with: NAME' (connected so far: alice, bob)

    newcomer: exchanges
    receive: x
        9: say which client, as 'at: NAME' (connected so far: alice, newcomer)

    close: alice
    {send: x, from: alice}
        9: 'alice' has closed its connection by now: connect it again

    reset: alice
    half_close: alice
        9: 'alice' has closed its connection by now: connect it again

    close: alice
    send: x
        9: say which client, as 'from: NAME' (connected so far: alice)

    {repeat: 2, do: [{exchange: x, with: alice}, {close: alice}]}
        26: 'alice' has closed its connection by now: connect it again

    {connect: bob, when: prints}
    {send: x, from: bob}
        9: 'bob' is connected only 'when: prints': say so here too

    {repeat: 2, when: prints, do: [{connect: bob}]}
    {send: x, from: bob}
        9: 'bob' is connected only 'when: prints': say so here too

    {send: '${nme}', from: alice}
        16: nothing is called ${nme} here

    {send: {join: [a, '${greting}']}}
        27: nothing is called ${greting} here; did you mean 'greeting'?

    {repeat: '${n}', do: [close: alice]}
        18: nothing is called ${n} here

    {send: '${a b}'}
        16: '${' begins a variable, as ${name}; for these two characters write '$${'
"""


@pytest.mark.parametrize(("steps", "problem"), cases(DO_NOT_FIT))
def test_steps_that_do_not_fit_together_are_told(steps: list[str], problem: str, tmp_path: Path) -> None:
    last = STEP_LINE + len(steps) - 1
    assert problems_of(tmp_path, suite_with_step(*steps)) == [f"{last}:{problem}"]


@pytest.mark.parametrize(
    "steps",
    [
        ["close: alice", "{server: {released: alice}}", "connect: alice", "exchange: x"],
        ["{repeat: 2, do: [{connect: alice}, {exchange: x}, {close: alice}]}"],
        ["{connect: bob, when: prints}", "{exchange: x, with: bob, when: prints}", "close: alice"],
        ["{repeat: 2, when: prints, do: [{connect: bob}, {exchange: x, with: bob}]}", "close: alice"],
        ["{send: '${greeting} ${client} ${i} $${x}'}", "receive: x"],
        ["connect: {crowd: 3}", "{exchange: x, with: [alice, crowd]}"],
        ["{repeat: 2, do: [{connect: bob}, {half_close: bob, when: prints}]}", "{exchange: x, with: bob}"],
        ["{send: {repeat: x, times: '${i}'}, cut: random}", "ignore: alice"],
        ["{log: {contains: x}, when: no-echo}"],
    ],
)
def test_steps_that_fit_together_are_fine(steps: list[str], tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_step(*steps)) == []


def test_a_feature_that_the_check_needs_is_there_for_its_steps(tmp_path: Path) -> None:
    text = suite_with_step("{connect: bob, when: prints}", "{exchange: x, with: bob}")
    needy = text.replace("    steps:", "    needs: prints\n    steps:")
    assert len(problems_of(tmp_path, text)) == 1
    assert problems_of(tmp_path, needy) == []


def test_a_title_knows_only_the_names_of_for_each(tmp_path: Path) -> None:
    text = suite_with_check("for_each: {n: [1]}").replace("en: It works,", 'en: "${n} ${m}",')
    problem = "a title knows only encoding and the names in for_each, not ${m}"
    assert problems_of(tmp_path, text) == [f"{CHECK_LINE - 2}:17: {problem}"]


def test_checks_that_require_each_other_are_told(tmp_path: Path) -> None:
    text = suite_with_check("requires: two") + "  two: {title: T, requires: one, steps: [connect: a]}\n"
    one, two = problems_of(tmp_path, text)
    assert one == f"{CHECK_LINE}:15: 'one' requires itself, through 'two'"
    assert two.endswith("'two' requires itself, through 'one'")
