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

    connect: {crowd: 3}
    {send: '${group}', from: crowd}
        16: nothing is called ${group} here: connect a crowd in groups, as {crowd: 100, groups: 5}

    connect: {crowd: 3, groups: 2}
    {send: '${group}', from: [alice, crowd]}
        16: only clients of the crowd are in a group: use ${group} in steps of the crowd

    connect: {crowd: 3, groups: 2}
    {repeat: '${group}', do: [{exchange: x, with: crowd}]}
        18: only clients of the crowd are in a group: use ${group} in steps of the crowd

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
        ["connect: {crowd: 3, groups: 2}", "{exchange: '${client} ${group}', with: crowd}"],
        ["connect: {crowd: 3, groups: 2}", "{repeat: 2, do: [{exchange: '${group}', with: crowd}]}"],
        ["{repeat: 2, do: [{connect: bob}, {half_close: bob, when: prints}]}", "{exchange: x, with: bob}"],
        ["{send: {repeat: x, times: '${i}'}, cut: random}", "ignore: alice"],
        ["{log: {contains: x}, when: no-echo}"],
    ],
)
def test_steps_that_fit_together_are_fine(steps: list[str], tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_step(*steps)) == []


FOR_STREAMS = """
    half_close: alice
        21: 'half_close' HINT

    reset: alice
        16: 'reset' HINT

    ended: alice
        16: 'ended' HINT

    stall: alice
        16: 'stall' HINT

    resume: alice
        17: 'resume' HINT

    unblocks: {by: alice, at: alice, reply_to: x}
        19: 'unblocks' HINT

    {send: abc, cut: [1]}
        26: 'cut' HINT

    server: {released: alice}
        28: 'released' HINT

    server: {has_read: alice}
        28: 'has_read' HINT

    {repeat: 2, do: [{exchange: x}, {half_close: alice}]}
        54: 'half_close' HINT
"""
HINT = "is for byte streams: a datagram comes whole, and no end follows"


def for_udp(text: str) -> str:
    return text.replace("applies_to: tcp", "applies_to: udp")


@pytest.mark.parametrize(("steps", "problem"), cases(FOR_STREAMS, HINT=HINT))
def test_datagrams_have_no_verbs_of_streams(steps: list[str], problem: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_step(*steps)) == []
    assert problems_of(tmp_path, for_udp(suite_with_step(*steps))) == [f"{STEP_LINE}:{problem}"]


def test_a_stream_keeps_the_order(tmp_path: Path) -> None:
    text = suite_with_step("{repeat: 2, do: [receive: {in_any_order: [a, b]}]}")
    problem = "'in_any_order' is for datagrams: a TCP stream keeps the order"
    (found,) = problems_of(tmp_path, text)
    assert found.endswith(problem)
    assert problems_of(tmp_path, for_udp(text)) == []


@pytest.mark.parametrize(
    "steps",
    [
        ["{send: x, order: reversed}", "{receive: {length: 1}, within: 1s}", "ignore: alice"],
        ["{exchange: x}", "{nothing: {at: alice}}", "newcomer: exchanges", "close: alice"],
        ["{server: pause}", "{server: resume}", "{server: alive}", "{log: {contains: x}}"],
        ["connect: {crowd: 3}", "{exchange: x, with: [alice, crowd]}"],
        ["{receive: {in_any_order: [a, {any_of: [b, c]}]}}"],
    ],
)
def test_what_datagrams_have(steps: list[str], tmp_path: Path) -> None:
    assert problems_of(tmp_path, for_udp(suite_with_step(*steps))) == []


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


MISUSED = """
    {send: x, cut: '${data}'}
        24: ${data} is data: 'cut' takes generated cuts or a number

    {send: '${cuts}'}
        16: ${cuts} are places of a cut: use them as 'cut'

    {send: 'x${data}'}
        16: ${data} is bytes: use it alone, and {join: [...]} for more

    {send: {repeat: x, times: '${data}'}}
        35: ${data} is bytes: use it where data is sent or received

    {log: {contains: '${data}'}}
        26: ${data} is bytes: use it where data is sent or received

    {repeat: '${data}', do: [exchange: x]}
        18: ${data} is bytes: use it where data is sent or received
"""
GIVEN = "given: {data: {bytes: {}}, cuts: {cuts: data}}"


@pytest.mark.parametrize(("steps", "problem"), cases(MISUSED))
def test_a_generated_value_where_it_does_not_fit_is_told(
    steps: list[str], problem: str, tmp_path: Path
) -> None:
    text = suite_with_step(*steps).replace("    steps:", f"    {GIVEN}\n    steps:")
    assert problems_of(tmp_path, text) == [f"{STEP_LINE + 1}:{problem}"]


@pytest.mark.parametrize(
    "step",
    [
        "{send: '${data}', cut: '${cuts}'}",
        "exchange: {join: [a, '${data}', {repeat: '${data}', times: 2}]}",
        "{receive: {any_of: ['${data}', {reply_to: '${data}'}, {contains: {first: 1, of: '${data}'}}]}}",
        "{repeat: 2, do: [{send: '${data}'}]}",
    ],
)
def test_a_generated_value_where_it_fits_is_fine(step: str, tmp_path: Path) -> None:
    text = suite_with_step(step).replace("    steps:", f"    {GIVEN}\n    steps:")
    assert problems_of(tmp_path, text) == []


TAKEN = """
    given: {greeting: {bytes: {}}}
        23: ${greeting} is a parameter already: take another name

    given: {hello: {bytes: {}}}
        20: ${hello} is a text of the suite already: take another name

    for_each: {n: [1]}
    given: {n: {number: {}}}
        16: ${n} is a value of for_each already: take another name

    for_each: {hello: [1]}
        23: ${hello} is a text of the suite already: take another name

    given: {client: {number: {}}}
        21: ${client} has a value of its own in every check: take another name

    given: {cuts: {cuts: dta}, data: {bytes: {}}}
        26: no generated data is called 'dta'; did you mean 'data'?

    given: {cuts: {cuts: n}, n: {number: {}}}
        26: no generated data is called 'n'; name a text or bytes in the same given
"""


@pytest.mark.parametrize(("lines", "problem"), cases(TAKEN))
def test_a_name_has_one_meaning(lines: list[str], problem: str, tmp_path: Path) -> None:
    text = suite_with_check(*lines).replace("tcp\n", "tcp\nparams: {greeting: x}\ntexts: {hello: 你}\n")
    assert problems_of(tmp_path, text) == [f"{CHECK_LINE + 1 + len(lines)}:{problem}"]


def test_a_text_and_a_parameter_need_two_names(tmp_path: Path) -> None:
    text = suite_with_check().replace("tcp\n", "tcp\nparams: {hello: x}\ntexts: {hello: 你}\n")
    assert problems_of(tmp_path, text) == ["5:16: ${hello} is a parameter already: take another name"]


def test_a_title_may_name_the_encoding_where_the_suite_has_one(tmp_path: Path) -> None:
    text = suite_with_check().replace("en: It works,", 'en: "In ${encoding}",')
    assert len(problems_of(tmp_path, text)) == 1
    assert problems_of(tmp_path, text.replace("tcp\n", "tcp\nparams: {encoding: gbk}\n")) == []
