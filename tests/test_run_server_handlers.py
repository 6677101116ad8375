"""The verbs that look at the server or act on it, played on servers that do and do not do what they ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_run_judge import judged

ECHO = "conn.sendall(data)"
HOLD = "  one:\n    title: one\n    deadline: 4s\n    steps:\n"


def check(*steps: str) -> str:
    return HOLD + "".join(f"      - {step}\n" for step in steps)


CONNECTED = ("connect: a", "{exchange: hello, with: a}")
ONCE = "i == 0 and "

CASES = {
    "idle": (CONNECTED, "{server: idle}", ECHO, ""),
    "busy": (
        CONNECTED,
        "{server: idle}",
        "conn.sendall(data)\n                while True: pass",
        "busy although there is nothing to do",
    ),
    "exits": (CONNECTED, "{signal: TERM, then: {exits: {status: [TERM]}}}", ECHO, ""),
    "exits-strangely": (CONNECTED, "{signal: TERM, then: {exits: {status: [0]}}}", ECHO, "a strange status"),
    "ctrl-c": (CONNECTED, "{signal: INT, then: {exits: {status: [INT, 1]}}}", ECHO, ""),
    "restarts": (CONNECTED, "{server: restart}", ECHO, ""),
    "second-copy": (CONNECTED, "{server: second-copy-refused}", ECHO, ""),
    "no-orphans": ((*CONNECTED, "{signal: TERM}"), "{server: no-orphans}", ECHO, ""),
    "orphans": (
        (*CONNECTED, "{signal: TERM}"),
        "{server: no-orphans}",
        "(os.fork() == 0 or True) and conn.sendall(data)",
        "processes that the server left behind keep its port",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_step_about_the_server_finds_what_it_is_for(tmp_path: Path, name: str) -> None:
    steps, last, body, found = CASES[name]
    (result,) = judged(tmp_path, body, check(*steps, last), patience=1.0)
    said = [finding.text for finding in result.findings]
    assert result.verdict == ("failed" if found else "passed"), (result.because, said)
    assert found in "".join(said)


LEAK = "seen.append(os.dup(0)); conn.sendall(data)"
ROUND = (
    "repeat: 3",
    "until: level",
    "do:",
    "    - vitals: remember",
    "    - {repeat: 4, do: [{connect: a}, {exchange: hello, with: a}, {close: a}]}",
    "    - {vitals: {descriptors: {grows_at_most: 1}}, within: 200ms}",
)


def rounds() -> str:
    return HOLD + "      - " + "\n        ".join(ROUND) + "\n"


def test_what_grows_in_every_round_is_a_leak(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, LEAK, rounds(), patience=1.0)
    assert result.verdict == "failed"
    assert result.findings[0].text == "the server keeps more and more descriptors"
    assert "; it was " in result.findings[0].received


def test_what_grows_at_first_only_is_none(tmp_path: Path) -> None:
    """Eight connections fill the pool, in the first two rounds."""
    fills = "len(seen) < 8 and seen.append(os.dup(0)); conn.sendall(data)"
    (result,) = judged(tmp_path, fills, rounds(), patience=1.0)
    assert result.verdict == "passed", result.findings


PRINTS = "print('recv', {who}, data.decode(), flush=True); conn.sendall(data)"
NAMED = ("connect: [a, b]", "{exchange: this is a, with: a}", "{log: {contains: this is a, names: a}}")


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("conn.getpeername()", ""),
        ("'somebody'", ""),
        ("conn.getpeername()[1], 4711", ""),
        ("(conn.getpeername()[0], latest[0])", "another client's address"),
    ],
)
def test_the_client_that_a_line_names(tmp_path: Path, who: str, found: str) -> None:
    """`latest` is the port of the client that came last; the two come one after the other."""
    body = PRINTS.format(who=who)
    if "latest" in who:
        body = body.replace(who, "(conn.getpeername()[0], max(seen))")
        body = f"data == b'i am b' and seen.append(conn.getpeername()[1]); {body}"
    steps = ("connect: [a, b]", "{exchange: i am b, with: b}", *NAMED[1:])
    (result,) = judged(tmp_path, body, check(*steps), patience=1.0)
    assert found in "".join(finding.text for finding in result.findings)
    assert result.verdict == ("failed" if found else "passed"), result.findings


MEANWHILE = (
    "connect: [a, b]",
    "{meanwhile: {stream: {numbers: 256KiB}, with: a}, do: ["
    + ", ".join(2 * ["{exchange: x, with: b}"])
    + "]}",
)


WRONG_IF_LONG = (
    "[0 for _ in iter(lambda: data == b'x' and not seen, False)];"
    " conn.sendall(data if len(data) < 9 else data[:-1] + b'?'); len(data) > 8 and seen.append(1)"
)
"""The short ones are answered when a long one has been answered wrongly."""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (ECHO, ""),
        (WRONG_IF_LONG, "received something else"),
    ],
)
def test_a_client_that_streams_meanwhile(tmp_path: Path, body: str, found: str) -> None:
    (result,) = judged(tmp_path, body, check(*MEANWHILE), patience=1.0)
    assert found in "".join(finding.text for finding in result.findings)
    assert result.verdict == ("failed" if found else "passed"), result.findings


def test_a_client_that_streams_does_not_feed_one_that_waits_in_vain(tmp_path: Path) -> None:
    silent = "data != b'x' and conn.sendall(data)"
    (result,) = judged(tmp_path, silent, check(*MEANWHILE), patience=0.2)
    assert result.findings[0].text == "b received no reply"


def test_a_server_with_few_descriptors_left_gets_them_back(tmp_path: Path) -> None:
    steps = (
        *CONNECTED,
        "server: {descriptors_left: 2}",
        "connect: b",
        "{exchange: hello, with: b}",
        "server: {descriptors_left: any}",
        "connect: [c, d]",
        "{exchange: hello, with: [c, d]}",
    )
    (result,) = judged(tmp_path, ECHO, check(*steps), patience=1.0)
    assert result.verdict == "passed", result.findings


def test_a_check_of_scale_is_played_on_demand(tmp_path: Path) -> None:
    large = "  one:\n    title: one\n    scale: true\n    steps: [{connect: a}, {exchange: hello}]\n"
    (skipped,) = judged(tmp_path, ECHO, large)
    assert (skipped.verdict, skipped.because) == ("skipped", "takes many clients; -m scale plays it")
    (played,) = judged(tmp_path, ECHO, large, scale=True)
    assert played.verdict == "passed"


def test_what_does_not_gate_costs_no_points_of_the_checks_that_need_it(tmp_path: Path) -> None:
    """The server answers `odd` wrongly, which is only warned of."""
    checks = (
        "  odd:\n    title: odd\n    tier: robust\n    steps: [{connect: a}, {exchange: odd}]\n"
        "  after:\n    title: after\n    requires: odd\n    steps: [{connect: a}, {exchange: hello}]\n"
    )
    odd, after = judged(tmp_path, "conn.sendall(b'?' if data == b'odd' else data)", checks)
    assert (odd.verdict, after.verdict, after.counts) == ("warned", "skipped", False)
