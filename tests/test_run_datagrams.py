"""How checks of datagrams are played and what is found."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from servers import script, udp_script

from pytest_netconform.run.bench import Bench
from pytest_netconform.run.datagrams import MOST_UNANSWERED, _few_at_once
from pytest_netconform.run.items import items_of
from pytest_netconform.run.judge import Judge, Rules
from pytest_netconform.run.probe import probe
from pytest_netconform.run.result import Result
from pytest_netconform.suite.load import load
from pytest_netconform.target import Target

HEAD = "suite: mine\ntitle: mine\napplies_to: udp\nchecks:\n"
ECHO = "udp.sendto(data, address)"
DIES = f"data == b'die' and os._exit(3); {ECHO}"


def judged(tmp_path: Path, body: str, steps: str, patience: float = 0.1) -> Result:
    """One check on a UDP server with this body, which is said to echo."""
    path = tmp_path / "mine.netconform.yaml"
    path.write_text(f"{HEAD}  one:\n    title: one\n    steps: {steps}\n", encoding="utf-8")
    target = Target("srv", shlex.join([sys.executable, str(udp_script(tmp_path / "srv.py", body))]))
    return played(target, path, patience)


def played(target: Target, path: Path, patience: float) -> Result:
    probed = probe(target, patience).declared(["echo"])
    judge = Judge(Bench(probed.reached(target)), probed, Rules(patience=patience))
    try:
        (result,) = (judge.judge(item) for item in items_of(load(path), path.name))
    finally:
        judge.bench.retire()
    return result


ALICE = "{connect: alice}, {send: hello}"
WAITING = "{connect: a}, {server: pause}, {send: x}, {send: yy}, {send: x}, {server: resume}"


@pytest.mark.parametrize(
    "steps",
    [
        f"[{ALICE}, {{receive: hello}}]",
        f"[{ALICE}, {{receive: {{contains: ell}}}}]",
        f"[{ALICE}, {{receive: {{length: 5}}}}]",
        f"[{ALICE}, {{receive: {{matches: 'h[a-z]+'}}}}]",
        f"[{ALICE}, {{receive: {{any_of: [x, hello]}}}}]",
        f"[{WAITING}, {{receive: {{in_any_order: [yy, x, x]}}}}]",
        "[{connect: {crowd: 40}}, {exchange: '${client}', with: crowd, order: random}]",
        "[{connect: alice}, {ignore: alice}, {send: x}, {newcomer: exchanges}]",
        "[{connect: alice}, {repeat: 3, do: [{exchange: 'n${i}'}]}, {close: alice}, {server: alive}]",
    ],
)
def test_a_right_server_passes(tmp_path: Path, steps: str) -> None:
    result = judged(tmp_path, ECHO, steps, 1.0)
    assert (result.verdict, result.findings, result.because) == ("passed", [], "")


@pytest.mark.parametrize(
    ("steps", "body", "text", "received", "got"),
    [
        (
            f"[{ALICE}, {{receive: hello}}]",
            "udp.sendto(data[:3], address)",
            "alice received only a part of the reply",
            'a datagram of 3 bytes: "hel" (68 65 6c)',
            "short",
        ),
        (
            f"[{ALICE}, {{receive: hello}}]",
            "udp.sendto(data + b'!', address)",
            "alice received more than the reply",
            'a datagram of 6 bytes: "hello!" (68 65 6c 6c 6f 21)',
            "extra",
        ),
        (
            f"[{ALICE}, {{receive: hello}}]",
            "udp.sendto(data.upper(), address)",
            "alice received something else",
            'a datagram of 5 bytes: "HELLO" (48 45 4c 4c 4f)',
            "different",
        ),
        (
            "[{connect: alice}, {exchange: {numbers: 2000}}]",
            "udp.sendto(data[:1024], address)",
            "alice received only a part of the reply",
            "a datagram of 1024 bytes",
            "short",
        ),
        (
            "[{connect: alice}, {exchange: {repeat: a, times: 100}}]",
            "udp.sendto(data[:50] + data[50:].upper(), address)",
            "alice received something else, from byte 50 of 100 on",
            '"AAAAAAAAAAAAAAAA" (41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41)',
            "different",
        ),
        (
            f"[{ALICE}, {{receive: hello}}]",
            "pass",
            "alice received no reply",
            "nothing within 1.0 s",
            "nothing",
        ),
        (
            f"[{ALICE}, {{receive: {{length: 4}}}}]",
            ECHO,
            "alice received something else",
            'a datagram of 5 bytes: "hello" (68 65 6c 6c 6f)',
            "different",
        ),
        (
            f"[{WAITING}, {{receive: {{in_any_order: [x, yy, yy]}}}}]",
            ECHO,
            "a received something else",
            'a datagram of 1 byte: "x" (78)',
            "different",
        ),
        (
            f"[{WAITING}, {{receive: {{in_any_order: [x, yy, x]}}}}]",
            "len(data) == 2 or udp.sendto(data, address)",
            "a received only a part of the reply",
            "2 of 3 datagrams within 1.0 s",
            "short",
        ),
        (
            "[{connect: alice}, {exchange: hello}]",
            f"{ECHO}; {ECHO}",
            "alice received a datagram too many",
            'a datagram of 5 bytes: "hello" (68 65 6c 6c 6f)',
            "extra",
        ),
        (
            "[{connect: alice}, {exchange: hello}, {close: alice}]",
            f"{ECHO}; {ECHO}",
            "alice received a datagram too many",
            'a datagram of 5 bytes: "hello" (68 65 6c 6c 6f)',
            "extra",
        ),
        (
            "[{connect: [a, b]}, {exchange: x, with: a}, {exchange: y, with: b}, {nothing: {at: a}}]",
            "seen.append(address); [udp.sendto(data, to) for to in set(seen)]",
            "a received a datagram too many",
            'a datagram of 1 byte: "y" (79)',
            "extra",
        ),
        (
            "[{connect: alice}, {send: die}, {server: died}, {send: x}, {receive: x}]",
            DIES,
            "alice received no reply",
            "nobody has the port (ICMP port unreachable)",
            "nothing",
        ),
    ],
)
def test_a_wrong_one_is_told(
    tmp_path: Path, steps: str, body: str, text: str, received: str, got: str
) -> None:
    result = judged(tmp_path, body, steps)
    (finding,) = result.findings
    assert (finding.text, finding.received, finding.got) == (text, received, got)


def test_an_answer_from_another_port_is_no_missed_deadline(tmp_path: Path) -> None:
    result = judged(
        tmp_path,
        "other = socket.socket(type=socket.SOCK_DGRAM); other.sendto(data, address)",
        f"[{ALICE}, {{receive: hello}}]",
        patience=0.3,
    )
    (finding,) = result.findings
    assert finding.text == "alice's reply comes from another port than the one that was asked"
    assert finding.expected.startswith("a datagram from port 2")
    assert finding.received != finding.expected
    assert not finding.missed


def test_a_datagram_that_cannot_be_is_the_suites_fault(tmp_path: Path) -> None:
    result = judged(tmp_path, ECHO, "[{connect: alice}, {exchange: {random: 64KiB}}]")
    assert (result.verdict, result.blame) == ("error", "suite")
    assert result.because.endswith("a datagram holds at most 65507 bytes, not 65536")


def test_a_server_that_dies_is_guilty(tmp_path: Path) -> None:
    result = judged(tmp_path, f"{ECHO}; data == b'die' and os._exit(3)", "[{connect: a}, {exchange: die}]")
    assert result.verdict == "failed"
    assert result.died == "exit status 3"


def test_a_death_that_is_expected(tmp_path: Path) -> None:
    steps = "[{connect: a}, {send: die}, {server: died}, {close: a}]"
    assert judged(tmp_path, DIES, steps, 1.0).verdict == "passed"


def test_a_line_to_try_by_hand(tmp_path: Path) -> None:
    result = judged(tmp_path, "udp.sendto(b'no', address)", "[{connect: a}, {exchange: hello}]")
    assert result.by_hand == "(printf 'hello'; sleep .2) | nc -u 127.0.0.1 PORT"


def test_an_empty_datagram_cannot_be_sent_by_hand(tmp_path: Path) -> None:
    assert judged(tmp_path, "pass", "[{connect: a}, {exchange: ''}]").by_hand == ""


def test_a_suite_for_datagrams_is_not_for_a_server_that_listens(tmp_path: Path) -> None:
    path = tmp_path / "mine.netconform.yaml"
    path.write_text(f"{HEAD}  one: {{title: one, steps: [{{connect: a}}, {{exchange: x}}]}}\n")
    target = Target("srv", shlex.join([sys.executable, str(script(tmp_path / "srv.py"))]))
    result = played(target, path, 1.0)
    assert (result.verdict, result.counts) == ("skipped", False)
    assert result.because == "is for UDP, and this server takes TCP"


def test_few_datagrams_are_unanswered_at_a_time() -> None:
    small = [(None, b"x")] * 40
    assert [len(few) for few in _few_at_once(small)] == [MOST_UNANSWERED, MOST_UNANSWERED, 8]  # type: ignore[arg-type]
    large = [(None, b"x" * 5000)] * 3
    assert [len(few) for few in _few_at_once(large)] == [1, 1, 1]  # type: ignore[arg-type]
    assert list(_few_at_once([])) == [[]]
