"""From a server's behaviour to a verdict: attribution, replays, requirements, points."""

from __future__ import annotations

import itertools
import shlex
import sys
from pathlib import Path

import pytest
from servers import script

from pytest_netconform.errors import UsageError
from pytest_netconform.run.bench import Bench
from pytest_netconform.run.items import Item, items_of
from pytest_netconform.run.judge import Judge, Rules
from pytest_netconform.run.probe import probe
from pytest_netconform.run.profile import Probed, Profile, Replies
from pytest_netconform.run.result import Result
from pytest_netconform.suite.load import load
from pytest_netconform.target import Limits, Target

HEAD = "suite: mine\ntitle: mine\napplies_to: tcp\n"
ONE = "  one:\n    title: one\n    points: 2\n    steps: [{connect: alice}, {exchange: hello}]\n"


def judged(tmp_path: Path, body: str, checks: str, *, head: str = "", **rules: object) -> list[Result]:
    """All checks of a suite on a threaded echo server with this body."""
    path = tmp_path / "mine.netconform.yaml"
    path.write_text(f"{HEAD}{head}checks:\n{checks}", encoding="utf-8")
    command = shlex.join([sys.executable, str(script(tmp_path / "srv.py", body))])
    target = Target("srv", command)
    settings = Rules(**{"patience": 0.3, **rules})  # type: ignore[arg-type]
    judge = Judge(Bench(target), probe(target, 0.3).declared(["echo"]), settings)
    try:
        return [judge.judge(item) for item in items_of(load(path), path.name)]
    finally:
        judge.bench.retire()


def test_a_right_answer_passes_and_earns_its_points(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, "conn.sendall(data)", ONE)
    assert (result.verdict, result.earned, result.counts, result.findings) == ("passed", 2, True, [])


def test_a_byte_too_many_is_found_though_no_step_asks(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, "conn.sendall(data); conn.sendall(b'!' if data == b'hello' else b'')", ONE)
    assert result.verdict == "failed"
    assert result.findings[0].got == "extra"
    assert result.findings[0].received == '"!" (21)'


def test_the_check_during_which_the_server_dies_is_the_guilty_one(tmp_path: Path) -> None:
    """Its reply comes all the same: only the newcomer at the end of the check finds out."""
    kill = "  kill:\n    title: kill\n    steps: [{connect: alice}, {exchange: die}]\n"
    body = "conn.sendall(data); data == b'die' and (print('ValueError: no', flush=True), os._exit(3))"
    first, killer, last = judged(tmp_path, body, ONE + kill + ONE.replace("one", "other"))
    assert [first.verdict, killer.verdict, last.verdict] == ["passed", "failed", "passed"]
    assert killer.died == "exit status 3"
    assert any("ValueError: no" in event["what"] for event in killer.transcript)


def test_a_failure_that_needs_the_checks_before_says_so(tmp_path: Path) -> None:
    body = "seen.append(data); conn.sendall(b'no' if seen.count(b'hello') == 2 else data)"
    first, second = judged(tmp_path, body, ONE + ONE.replace("one", "two"))
    assert (first.verdict, second.verdict) == ("passed", "failed")
    assert second.because == "fails only after other checks, the last of them mine/one"


def test_wrong_bytes_are_never_excused_by_a_replay(tmp_path: Path) -> None:
    once = f"data == b'hello' and first_time({str(tmp_path / 'mark')!r})"
    (result,) = judged(tmp_path, f"conn.sendall(b'no' if {once} else data)", ONE)
    assert result.verdict == "failed"
    assert result.because == "fails 1 times in 3"


def test_a_missed_deadline_that_is_not_repeated_is_a_warning(tmp_path: Path) -> None:
    once = f"data == b'hello' and first_time({str(tmp_path / 'mark')!r})"
    (result,) = judged(tmp_path, f"({once}) or conn.sendall(data)", ONE, patience=0.1)
    assert result.verdict == "warned"
    assert "slow or unstable" in result.because


def test_a_missed_deadline_that_is_repeated_is_a_failure(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, "data == b'hello' or conn.sendall(data)", ONE, patience=0.1)
    assert result.verdict == "failed"
    assert result.findings[0].missed
    assert result.because == ""


def test_a_check_whose_requirement_failed_is_skipped_and_loses_only_its_own_points(tmp_path: Path) -> None:
    more = "  more:\n    title: more\n    requires: one\n    steps: [{connect: alice}, {exchange: x}]\n"
    one, other = judged(tmp_path, "conn.sendall(data.upper())", ONE + more)
    assert one.verdict == "failed"
    assert (other.verdict, other.because) == ("skipped", "because mine/one failed")
    assert (other.earned, other.counts) == (0, True)


def test_a_requirement_is_known_whatever_is_played_first(tmp_path: Path) -> None:
    more = "  more:\n    title: more\n    requires: one\n    steps: [{connect: alice}, {exchange: x}]\n"
    first, _ = judged(tmp_path, "conn.sendall(data.upper())", more + ONE)
    assert first.because == "because mine/one failed"


def test_what_does_not_apply_costs_nothing(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, "conn.sendall(data)", ONE + "    needs: prints\n")
    assert (result.verdict, result.counts) == ("skipped", False)
    assert result.because == "needs a target that prints the text that it receives"


@pytest.mark.parametrize(
    ("tier", "gate", "verdict", "counts"),
    [
        ("core", "core", "failed", True),
        ("strict", "core", "warned", False),
        ("strict", "strict", "failed", True),
        ("robust", "strict", "warned", False),
        ("strict", "robust", "failed", True),
        ("info", "robust", "warned", False),
    ],
)
def test_the_gate_decides_what_a_mismatch_is_worth(
    tmp_path: Path, tier: str, gate: str, verdict: str, counts: bool
) -> None:
    (result,) = judged(tmp_path, "conn.sendall(b'no')", f"{ONE}    tier: {tier}\n", gate=gate)
    assert (result.verdict, result.counts) == (verdict, counts)


def test_a_mistake_of_the_suite_costs_the_target_nothing(tmp_path: Path) -> None:
    odd = "  odd:\n    title: odd\n    steps: [{connect: alice}, {exchange: {text: 你, encoding: ascii}}]\n"
    (result,) = judged(tmp_path, "conn.sendall(data)", odd)
    assert (result.verdict, result.blame, result.counts) == ("error", "suite", False)
    assert "cannot be written in ascii" in result.because


def test_one_item_for_each_value(tmp_path: Path) -> None:
    many = (
        '  many:\n    title: "${n} clients"\n    for_each: {n: [2, 3]}\n    steps:\n'
        '      - {connect: {crowd: "${n}"}}\n      - {exchange: "${client} ${i}", with: crowd}\n'
    )
    results = judged(tmp_path, "conn.sendall(data)", many)
    assert [(r.check, r.title["en"], r.verdict) for r in results] == [
        ("mine/many[n=2]", "2 clients", "passed"),
        ("mine/many[n=3]", "3 clients", "passed"),
    ]


def test_the_hint_is_chosen_by_what_happened(tmp_path: Path) -> None:
    hints = (
        "    hint:\n      - {if: {server: died}, en: it died}\n"
        "      - {if: {received: different}, en: it differs}\n      - {en: anything}\n"
    )
    (result,) = judged(tmp_path, "conn.sendall(b'no')", ONE + hints)
    assert result.hint == {"en": "it differs", "zh": None}


def test_a_line_to_try_by_hand(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, "conn.sendall(b'no')", ONE)
    assert result.by_hand == "(printf 'hello'; sleep .2) | nc 127.0.0.1 PORT"


def test_a_declared_feature_must_exist(tmp_path: Path) -> None:
    command = shlex.join([sys.executable, str(script(tmp_path / "srv.py"))])
    with pytest.raises(UsageError, match="no feature is called 'print'; did you mean 'prints'"):
        probe(Target("srv", command)).declared(["print"])


@pytest.mark.parametrize(
    ("rest", "arrived", "sent", "complete", "surplus"),
    [
        (b"", 3, 5, True, False),
        (b"ok!", 6, 5, True, False),  # one message may be read in two pieces
        (b"ok!", 6, 1, True, True),  # one byte cannot
        (b"ok", 5, 5, True, True),  # half of an acknowledgement is not one
        (b"ok", 5, 5, False, False),  # the rest may still come
        (b"OK!", 6, 5, False, True),
    ],
)
def test_an_acknowledging_server_may_answer_each_piece_but_no_more(
    rest: bytes, arrived: int, sent: int, complete: bool, surplus: bool
) -> None:
    assert Replies(b"ok!").is_surplus(rest, arrived, sent, complete) is surplus


def test_an_echoing_server_may_send_nothing_more() -> None:
    assert Replies(None).is_surplus(b"x", 6, 5, True)
    assert not Replies(None).is_surplus(b"", 5, 5, True)


def test_a_server_with_the_shortest_accept_queue_is_not_failed(tmp_path: Path) -> None:
    """listen(0) holds one connection: two clients that connect while it is paused are too many."""
    path = tmp_path / "mine.netconform.yaml"
    steps = "[{server: pause}, {connect: [a, b]}, {server: resume}, {exchange: x, with: a}]"
    path.write_text(f"{HEAD}checks:\n  two:\n    title: two\n    steps: {steps}\n{ONE}", encoding="utf-8")
    server = script(tmp_path / "srv.py")
    server.write_text(server.read_text("utf-8").replace("backlog=128", "backlog=0"), encoding="utf-8")
    target = Target("srv", shlex.join([sys.executable, str(server)]))
    judge = Judge(Bench(target), probe(target), Rules())
    two, one = (judge.judge(item) for item in items_of(load(path), path.name))
    judge.bench.retire()
    assert (two.verdict, two.counts) == ("skipped", False)
    assert "accept queue is too short" in two.because
    assert one.verdict == "passed"


TEXTS = "params: {encoding: gbk}\ntexts: {hello: {gbk: 你好, big5: 你好}, some: {gbk: 你, others: 한}}\n"
IN_TEXTS = """\
  hello:
    title: In ${encoding}
    steps: [{connect: alice}, {exchange: "${hello}!"}]
  some:
    title: some
    steps: [{connect: alice}, {exchange: "${some}"}]
"""


@pytest.mark.parametrize(
    ("encoding", "hello", "some"),
    [
        ("gbk", "passed", "passed"),
        ("big5", "passed", "the suite has no text 'some' for big5"),
        ("euc-kr", "the suite has no text 'hello' for euc-kr", "passed"),
    ],
)
def test_a_text_that_the_encoding_lacks_is_a_reason_to_skip(
    tmp_path: Path, encoding: str, hello: str, some: str
) -> None:
    params = [("mine", "encoding", encoding)]
    results = judged(tmp_path, "conn.sendall(data)", IN_TEXTS, head=TEXTS, params=params)
    assert [result.because or result.verdict for result in results] == [hello, some]
    assert results[0].title["en"] == f"In {encoding}"


def test_a_text_is_sent_in_the_encoding_in_force(tmp_path: Path) -> None:
    body = "conn.sendall(b'no' if data == '你好!'.encode('big5') else data)"
    verdicts = [
        judged(tmp_path, body, IN_TEXTS, head=TEXTS, params=[("mine", "encoding", encoding)])[0].verdict
        for encoding in ("gbk", "big5")
    ]
    assert verdicts == ["passed", "failed"]


PRINTS_GBK = "print(data.decode().encode('gbk', 'replace').decode('gbk'), flush=True); conn.sendall(data)"


@pytest.mark.parametrize(
    ("sent", "log", "missing"),
    [
        ("你😀", "{contains: 你😀}", []),
        ("你😀好", "{contains: 你😀好, in_pieces: true}", []),
        ("你好 你", "{contains: 好你你, in_pieces: true}", []),
        ("你😀", "{contains: 你好, in_pieces: true}", ['"好"']),
        ("你好", "{contains: 你你, in_pieces: true}", ['"你", 2 times']),
    ],
)
def test_text_may_be_printed_in_pieces_and_no_console_is_asked_for_what_it_lacks(
    tmp_path: Path, sent: str, log: str, missing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = f"[{{connect: a}}, {{exchange: {sent}}}, {{log: {log}, when: prints}}]"
    check = f"  one:\n    title: one\n    needs: prints\n    steps: {steps}\n"
    monkeypatch.setenv("PYTHONIOENCODING", "gbk")
    monkeypatch.setenv("PYTHONUTF8", "0")
    (result,) = judged(tmp_path, PRINTS_GBK, check, patience=0.1)
    assert result.verdict == ("failed" if missing else "passed")
    assert [finding.expected for finding in result.findings] == missing


def test_a_target_whose_time_is_used_up_gets_errors_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.netconform.yaml"
    path.write_text(f"{HEAD}checks:\n{ONE}{ONE.replace('one', 'two')}", encoding="utf-8")
    command = shlex.join([sys.executable, str(script(tmp_path / "srv.py", "conn.sendall(data)"))])
    target = Target("srv", command, limits=Limits(time=60))
    judge = Judge(Bench(target), probe(target).declared(["echo"]), Rules())
    first, second = items_of(load(path), path.name)
    assert judge.judge(first).verdict == "passed"
    assert 0 < judge.spent < 60
    judge.spent = 61
    result = judge.judge(second)
    judge.bench.retire()
    assert (result.verdict, result.blame, judge.spent) == ("error", "target", 61)
    assert result.because == Limits(time=60).told("time")


def test_time_of_a_check_that_another_requires_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that goes on by one second with each look at it: one check takes as long as two looks."""
    clock = itertools.count()
    looks: list[str] = []

    def give_verdict(self: Judge, item: Item, result: Result) -> None:
        looks.append(item.check.slug)
        if item.check.slug == "two":
            self.judge(first)
        result.verdict = "passed"

    monkeypatch.setattr(Judge, "_give_verdict", give_verdict)
    path = tmp_path / "mine.netconform.yaml"
    path.write_text(f"{HEAD}checks:\n{ONE}{ONE.replace('one', 'two')}", encoding="utf-8")
    target = Target("srv", "true")
    probed = Probed(Profile("echo", "echoes"))
    judge = Judge(Bench(target), probed, Rules())
    first, second = items_of(load(path), path.name)
    monkeypatch.setattr("pytest_netconform.run.judge.time.monotonic", lambda: next(clock))
    judge.judge(second)
    monkeypatch.undo()
    assert looks == ["two", "one"]
    assert judge.spent == 3
