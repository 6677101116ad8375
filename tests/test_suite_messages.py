"""Each message that a mistake in a suite can bring, with its line and column."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from suite_texts import CHECK_LINE, HEAD, STEP_LINE, cases, problems_of, suite_with_check, suite_with_step

from pytest_netconform.suite.features import FEATURES
from pytest_netconform.suite.generators import GENERATORS
from pytest_netconform.suite.model import Check, Suite
from pytest_netconform.suite.steps import VERBS
from pytest_netconform.suite.values import ALL_FORMS, DATA_FORMS

WORDS = {
    "FEATURES": ", ".join(FEATURES),
    "VERBS": ", ".join(VERBS),
    "CHECK_KEYS": ", ".join(Check.written_keys()),
    "SUITE_KEYS": ", ".join(Suite.written_keys()),
    "DATA": ", ".join(f"{{{form.written_keys()[0]}: ...}}" for form in DATA_FORMS),
    "MATCH": ", ".join(f"{{{form.written_keys()[0]}: ...}}" for form in ALL_FORMS),
    "SERVER_WORDS": "alive, died, pause, resume, idle, restart, second-copy-refused, no-orphans",
    "SERVER_FORMS": "{released: alice}, {has_read: alice}, {pause: main} or {descriptors_left: 4}",
    "GENERATORS": " or ".join(f"{{{kind}: ...}}" for kind in GENERATORS),
    "NAMES": "write a client's name, or several as [alice, bob]",
}

IN_SUITES = r"""
    suite: small -> suite: Small
        1:8: 'Small' is no name here: write lower-case words joined by '-'

    suite: small -> siute: small
        1:1: unknown key 'siute'; did you mean 'suite'?

    suite: small -> suite: 5
        1:8: 'suite' is text; write it in quotes

    applies_to: tcp -> applies_to: tcp\nversion: 1
        4:1: unknown key 'version'; a suite takes SUITE_KEYS

    applies_to: tcp -> applies_to: sctp
        3:13: 'sctp' is not one of tcp, udp, socketio

    applies_to: tcp -> applies_to: [tcp]
        3:13: 'applies_to' is one of tcp, udp, socketio, not a list [...]

    {en: A small suite, zh: 小套件} -> 5
        2:8: 'title' is written {en: ..., zh: ...}, not 5

    {en: A small suite, zh: 小套件} -> {zh: 小}
        2:8: the key 'en' is missing

    {en: A small -> {en: A, fr: Un, x: small
        2:16: unknown key 'fr'

    applies_to: tcp -> applies_to: tcp\nneeds: 5
        4:8: 'needs' is text; write it in quotes

    applies_to: tcp -> applies_to: tcp\nneeds: [echo, print]
        4:15: 'needs': no feature is called 'print'; did you mean 'prints'?

    applies_to: tcp -> applies_to: tcp\nneeds: fly
        4:8: 'needs': no feature is called 'fly'; they are FEATURES

    applies_to: tcp -> applies_to: tcp\nparams: {a: [1]}
        4:13: 'a': write text, a number, true, false or null, not a list [...]

    applies_to: tcp -> applies_to: tcp\nparams: x
        4:9: 'params' is written {name: ...}, not 'x'

    applies_to: tcp -> applies_to: tcp\nparams: {my-name: x}
        4:10: 'my-name' is no name here: write letters, digits and '_', not a digit first

    applies_to: tcp -> applies_to: tcp\nparams: {client: x}
        4:18: ${client} has a value of its own in every check: take another name

    applies_to: tcp -> applies_to: tcp\nparams: {encoding: gbq}
        4:20: 'gbq' is no text encoding; write gbk, gb18030, utf-8, ...

    applies_to: tcp -> applies_to: tcp\nparams: {encoding: hex}
        4:20: 'hex' is no text encoding; write gbk, gb18030, utf-8, ...

    applies_to: tcp -> applies_to: tcp\nparams: {encoding: ascii, reply: 好}
        4:34: '好' cannot be written in ascii

    applies_to: tcp -> applies_to: tcp\nrequires: two
        4:11: no check of this suite is called 'two'

    one: -> One:
        5:3: 'One' is no name here: write lower-case words joined by '-'

    one: -> a/b:
        5:3: 'a/b' is no name here: write lower-case words joined by '-'
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_SUITES, **WORDS))
def test_a_mistake_of_the_suite_is_told_at_its_place(
    written: list[str], problem: str, tmp_path: Path
) -> None:
    old, new = written[0].replace(r"\n", "\n").split(" -> ")
    text = suite_with_check()
    assert text.count(old) == 1
    assert problem in problems_of(tmp_path, text.replace(old, new))


IN_CHECKS = """
    checks: {}
        4:9: 'checks' is empty: write at least one

    checks: []
        4:9: 'checks' is written {name: ...}, not a list [...]

    checks:
        4:8: 'checks' is written {name: ...}, not null

    needs: echo
        1:1: the key 'checks' is missing

    checks: {one: {title: T, steps: []}}
        4:33: 'steps' is empty: write at least one

    checks: {one: {title: T, steps: send}}
        4:33: 'steps' is a list, one '- ...' per line or [..., ...], not 'send'

    checks: {one: {steps: [connect: a]}}
        4:15: the key 'title' is missing
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_CHECKS))
def test_a_suite_has_checks_and_a_check_has_steps(written: list[str], problem: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, HEAD + written[0]) == [problem]


IN_A_CHECK = """
    ponits: 3
        5: unknown key 'ponits'; did you mean 'points'?

    colour: red
        5: unknown key 'colour'; a check takes CHECK_KEYS

    points: 1.5
        13: 'points' is a whole number, not 1.5

    points: many
        13: 'points' is a whole number, not 'many'

    points: yes
        13: 'points' is a whole number, not 'yes'

    points: true
        13: 'points' is a whole number, not true

    points: -1
        13: 'points' is at least 0, not -1

    level: most
        12: 'most' is not one of must, should, may; did you mean 'must'?

    tier: [core]
        11: 'tier' is one of core, strict, robust, info, not a list [...]

    server: old
        13: 'old' is not one of shared, fresh

    deadline: 5
        15: 'deadline': 5 is not a duration; write 200ms, 2s or 1min

    deadline: 0s
        15: 'deadline': '0s' is no useful duration; write one above 0s and up to 60min

    deadline: '${t}'
        15: 'deadline': '${t}' is not a duration; write 200ms, 2s or 1min

    requires: two
        15: no check of this suite is called 'two'

    requires: one
        15: 'one' requires itself, through 'one'

    needs: [no-xyz]
        13: 'needs': no feature is called 'no-xyz'; they are FEATURES

    hint: Try again
        11: 'hint' is written {if: ..., en: ..., zh: ...}, not 'Try again'

    hint: {zh: 再试}
        11: the key 'en' is missing

    hint: [{en: A, if: {server: dead}}]
        33: 'dead' is not one of died; did you mean 'died'?

    hint: {en: A, if: {recieved: short}}
        24: unknown key 'recieved'; did you mean 'received'?

    hint: {en: A, if: {looks_like: uppercased}}
        36: 'looks_like': no signature is called 'uppercased'; did you mean 'upper-cased'?

    hint: {en: A, if: {looks_like: [doubled, revrsed]}}
        46: 'looks_like': no signature is called 'revrsed'; did you mean 'reversed'?

    hint: {en: A, zh: 甲, contains: x}
        26: unknown key 'contains'

    for_each: [1]
        15: 'for_each' is written {name: ...}, not a list [...]

    for_each: {n: 5}
        19: 'n' is a list, one '- ...' per line or [..., ...], not 5

    for_each: {n: []}
        19: 'n' is empty: write at least one

    for_each: {n: [1, 1]}
        19: 'n': '1' stands here twice

    for_each: {n: [[1]]}
        20: 'n': write text, a number, true, false or null, not a list [...]

    for_each: {i: [1]}
        19: ${i} has a value of its own in every check: take another name

    for_each: {n: ['a]']}
        19: 'n': 'a]' stands in names of checks: use letters, digits, blanks and . + - _
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_A_CHECK, **WORDS))
def test_a_mistake_of_a_check_is_told_at_its_place(written: list[str], problem: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_check(*written)) == [f"{CHECK_LINE}:{problem}"]


IN_GIVEN = """
    given: {x: {txt: {min: 1}}}
        17: unknown key 'txt'; did you mean 'text'?

    given: {x: 5}
        16: 'x': write GENERATORS, not 5

    given: {x: [text]}
        16: 'x': write GENERATORS, not a list [...]

    given: {x: {text: {mni: 1}}}
        24: unknown key 'mni'; did you mean 'min'?

    given: {x: {text: {}, bytes: {}}}
        27: unknown key 'bytes'; {text: ...} takes text

    given: {x: {text: {min: 5, max: 2}}}
        23: 'text': min is 5, which is more than max, 2

    given: {x: {number: {min: 1KiB, max: 1000}}}
        25: 'number': min is 1024, which is more than max, 1000

    given: {x: {bytes: {max: 65KiB}}}
        24: 'bytes': max is 66560, which is more than a generated value may have, 65536

    given: {x: {number: {min: -1}}}
        31: 'min': -1 is not a size; write a number of bytes, or 64KiB, or 1MiB

    given: {x: {text: {characters: gbkk}}}
        36: 'characters': no encoding is called 'gbkk'; did you mean 'gbk'?

    given: {x: {text: {characters: ""}}}
        36: 'characters': write an encoding, as gbk, or the characters themselves, as abc你好

    given: {x: {cuts: 5}}
        23: 'cuts' is text; write it in quotes

    given: {my-name: {bytes: {}}}
        13: 'my-name' is no name here: write letters, digits and '_', not a digit first

    examples: 0
        15: 'examples' is at least 1, not 0

    examples: 1001
        15: 'examples' is at most 1000, not 1001

    examples: 5
        15: only a check with 'given' has examples
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_GIVEN, **WORDS))
def test_a_mistake_of_given_is_told_at_its_place(written: list[str], problem: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_check(*written)) == [f"{CHECK_LINE}:{problem}"]


IN_TEXTS = """
    texts: {a: 5}
        12: 'a' is written {name: ...}, not 5

    texts: {a: {}}
        12: 'a' is empty: write at least one

    texts: {a: {gbq: x}}
        13: 'gbq': 'gbq' is no text encoding; write gbk, gb18030, utf-8, ...

    texts: {a: {5: x}}
        13: '5': '5' is no text encoding; write gbk, gb18030, utf-8, ...

    texts: {a: {gbk: 5}}
        18: 'gbk' is text; write it in quotes

    texts: {my-text: x}
        9: 'my-text' is no name here: write letters, digits and '_', not a digit first

    texts: {i: x}
        12: ${i} has a value of its own in every check: take another name

    texts: {a: {gbk: 😀}}
        18: '😀' cannot be written in gbk

    texts: {a: {gbk: 你, cp936: 你}}
        28: cp936 and gbk are the same encoding
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_TEXTS))
def test_a_mistake_of_texts_is_told_at_its_place(written: list[str], problem: str, tmp_path: Path) -> None:
    text = suite_with_check().replace("applies_to: tcp\n", f"applies_to: tcp\n{written[0]}\n")
    assert problems_of(tmp_path, text) == [f"4:{problem}"]


IN_A_STEP = """
    recieve: x
        9: no verb here: 'recieve'; did you mean 'receive'?

    {from: alice, sned: x}
        9: no verb here: 'sned'; did you mean 'send'?

    {}
        9: no verb here: ''; verbs are VERBS

    send
        9: a step is written 'verb: ...', not 'send'

    [send]
        9: a step is written 'verb: ...', not a list [...]

    null
        9: a step is written 'verb: ...', not null

    {send: x, receive: x}
        19: two verbs in one step, 'send' and 'receive': write two steps

    {send: x, frm: alice}
        19: unknown key 'frm'; did you mean 'from'?

    {send: x, from_: alice}
        19: unknown key 'from_'; did you mean 'from'?

    {close: alice, colour: red}
        24: unknown key 'colour'; 'close: ...' takes when, close

    {send: x, when: print}
        25: 'when': no feature is called 'print'; did you mean 'prints'?

    send: 5
        15: 'send': write text (a number in quotes) or one of DATA, not 5

    send: true
        15: 'send': write text (a number in quotes) or one of DATA, not true

    send:
        14: 'send': write text (a number in quotes) or one of DATA, not null

    send: [a]
        15: 'send': write text (a number in quotes) or one of DATA, not a list [...]

    receive: {}
        18: 'receive': write text (a number in quotes) or one of MATCH, not a mapping {key: value}

    send: {hexx: c4}
        16: unknown key 'hexx'; did you mean 'hex'?

    send: {length: 5}
        16: unknown key 'length'; write text (a number in quotes) or one of DATA

    send: {hex: c4, base64: xOM=}
        25: unknown key 'base64'; {hex: ...} takes hex

    send: {hex: c}
        21: 'hex': 'c' is not hex; write pairs of digits such as 'c4 e3'

    send: {hex: 41}
        21: 'hex' is text; write it in quotes

    send: {base64: x}
        24: 'base64': 'x' is not base64; write groups of four such as 'xOM='

    send: {text: x, encoding: gbq}
        35: 'encoding': 'gbq' is no text encoding; write gbk, gb18030, utf-8, ...

    send: {repeat: x}
        15: the key 'times' is missing

    send: {repeat: {join: [x, {hex: 1}]}, times: 3}
        41: 'hex' is text; write it in quotes

    send: {random: 64KB}
        24: 'random': '64KB' is not a size; write a number of bytes, or 64KiB, or 1MiB

    send: {random: -5}
        24: 'random': -5 is not a size; write a number of bytes, or 64KiB, or 1MiB

    receive: {any_of: [x, {lenght: 5}]}
        32: unknown key 'lenght'; did you mean 'length'?

    receive: {matches: '('}
        28: 'matches': '(' is no regular expression: missing ), unterminated subpattern at position 0

    {receive: x, within: 5 parsecs}
        30: 'within': '5 parsecs' is not a duration; write 200ms, 2s or 1min

    {send: x, cut: 5}
        24: 'cut': write each-byte, random, places as [1, 3], or {every: 3}, not 5

    {send: x, cut: '${a}${b}'}
        24: '${a}${b}' is no name here: write each-byte, random, places as [1, 3], or one variable, as ${cuts}

    {send: x, cut: each-bite}
        24: 'each-bite' is not one of each-byte, random; did you mean 'each-byte'?

    {send: x, cut: [a]}
        25: 'cut' is a whole number, not 'a'

    {send: x, cut: [0]}
        24: 'cut': the places of a cut rise from 1 on, as [1, 3]

    {send: x, cut: [2, 2]}
        24: 'cut': the places of a cut rise from 1 on, as [1, 3]

    {send: x, cut: [3, 1]}
        24: 'cut': the places of a cut rise from 1 on, as [1, 3]

    {send: x, cut: {evry: 3}}
        25: unknown key 'evry'; did you mean 'every'?

    {send: x, cut: {every: 0}}
        32: 'every': 0 is not a count; write a whole number from 1 on

    connect: 5
        18: 'connect': write a client's name, several as [alice, bob], or {crowd: 100}, not 5

    connect: 9lives
        18: '9lives' is no name here: write a letter, then letters, digits, '-' or '_'

    connect: [bob, 5]
        24: 'connect' is text; write it in quotes

    connect: []
        18: 'connect' is empty: write at least one

    connect: {krowd: 5}
        19: unknown key 'krowd'; did you mean 'crowd'?

    connect: {crowd: many}
        26: 'crowd': 'many' is not a count; write a whole number from 1 on

    connect: [bob, bob]
        18: 'bob' stands here twice

    connect: crowd
        18: 'crowd' has a meaning of its own: take another name

    connect: newcomer
        18: 'newcomer' has a meaning of its own: take another name

    ended: {by: fin}
        17: unknown key 'by'; NAMES

    close: 5
        16: 'close': NAMES, not 5

    nothing: alice
        18: 'nothing' is written {at: ...}, not 'alice'

    newcomer: echo
        19: 'echo' is not one of exchanges

    unblocks: {by: alice, at: alice}
        19: the key 'reply_to' is missing

    server: aliv
        17: 'aliv' is not one of SERVER_WORDS; did you mean 'alive'?

    server: {relesed: alice}
        18: unknown key 'relesed'; did you mean 'released'?

    server: {released: 5}
        28: 'released': NAMES, not 5

    server: 5
        17: 'server': write SERVER_WORDS, SERVER_FORMS, not 5

    log: hello
        14: 'log' is written {contains: ..., times: ..., in_pieces: ..., names: ...}, not 'hello'

    log: {contains: 5}
        25: 'contains' is text; write it in quotes

    repeat: 3
        9: the key 'do' is missing

    {repeat: 0, do: [close: alice]}
        18: 'repeat': 0 is not a count; write a whole number from 1 on

    {repeat: 3, do: []}
        25: 'do' is empty: write at least one

    {repeat: 3, do: [{sned: x}]}
        26: no verb here: 'sned'; did you mean 'send'?

    {repeat: 3, do: [{send: x, frm: alice}]}
        36: unknown key 'frm'; did you mean 'from'?
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_A_STEP, **WORDS))
def test_a_mistake_of_a_step_is_told_at_its_place(written: list[str], problem: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_step(*written)) == [f"{STEP_LINE}:{problem}"]


IN_A_CLAUSE = """
    {text: 5, see: x}
        20: 'text' is text; write it in quotes

    {text: x}
        13: the key 'see' is missing

    RFC 862
        13: 'clause' is written {text: ..., see: ...}, not 'RFC 862'
"""


@pytest.mark.parametrize(("written", "problem"), cases(IN_A_CLAUSE))
def test_a_mistake_of_a_clause_is_told_at_its_place(written: list[str], problem: str, tmp_path: Path) -> None:
    text = suite_with_check().replace("{text: It works, see: the assignment}", written[0])
    assert problems_of(tmp_path, text) == [f"{CHECK_LINE - 1}:{problem}"]


def test_a_misspelt_key_that_must_be_there_is_unknown_and_missing(tmp_path: Path) -> None:
    assert problems_of(tmp_path, suite_with_step("log: {contain: x}")) == [
        f"{STEP_LINE}:14: the key 'contains' is missing",
        f"{STEP_LINE}:15: unknown key 'contain'; did you mean 'contains'?",
    ]


def test_all_that_is_missing_is_told(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "suite: x\n") == [
        "1:1: the key 'title' is missing",
        "1:1: the key 'applies_to' is missing",
        "1:1: the key 'checks' is missing",
    ]


def test_no_message_speaks_python_or_pydantic(tmp_path: Path) -> None:
    text = (
        HEAD.replace("tcp", "[]") + "params: [1]\nneeds: {}\nchecks: {one: {title: [], steps: [5, {}, []]}}"
    )
    for problem in problems_of(tmp_path, text):
        assert not re.search(r"input should|tuple|dict|instance|None|True|validat", problem), problem
