"""What is gathered of a mismatch, on real servers, and that it changes no verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_run_judge import ONE, judged

from pytest_netconform.run.bench import MOST_BYTES, MOST_MESSAGES, Bench
from pytest_netconform.run.result import Result
from pytest_netconform.target import Target

REPLY = "conn.sendall(data)"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("conn.sendall(data.upper())", "upper-cased"),
        ("conn.sendall(str(data).encode())", "bytes-printed"),
        ("conn.sendall(b'received')", "acknowledgement-for-echo"),
        ("conn.sendall(b'> '); conn.sendall(data)", "something-before"),  # in two pieces
        ("conn.sendall(data); conn.sendall(data)", "doubled"),
        ("data == b'hello' or conn.sendall(data)", None),
        ("data == b'hello' or conn.sendall(b'what?')", None),  # an answer, but not to the message
        ("conn.sendall(b'no ' + data[::-2])", None),
    ],
)
def test_what_a_wrong_reply_looks_like(body: str, name: str | None, tmp_path: Path) -> None:
    (result,) = judged(tmp_path, body, ONE)
    assert (result.verdict, result.findings[0].looks_like) == ("failed", name)


@pytest.mark.parametrize(
    ("wait", "name"),
    [
        ("while b'\\n' not in data: data += conn.recv(9)", "waits-for-newline"),
        ("while len(data) < 6: data += conn.recv(9)", "waits-for-more"),
        ("while more := conn.recv(9): data += more", "waits-for-end"),
    ],
)
def test_what_makes_a_missing_reply_come(wait: str, name: str, tmp_path: Path) -> None:
    body = f"\n                {wait}\n                conn.sendall(data)"
    (result,) = judged(tmp_path, body, ONE, patience=0.5)
    assert (result.verdict, result.findings[0].looks_like) == ("failed", name)
    assert result.findings[0].got == "nothing"
    sent = [event for event in result.transcript if event["what"] == "sends"]
    assert [event["shown"] for event in sent] == ['"hello"']  # the attempts are no part of the check


def test_what_an_earlier_check_sent_is_known_again(tmp_path: Path) -> None:
    two = ONE.replace("hello", "something else").replace("one", "two")
    body = "seen.append(data); conn.sendall(seen[0] if data == b'something else' else data)"
    first, second = judged(tmp_path, body, ONE.replace("hello", "a secret") + two)
    assert first.verdict == "passed"
    assert second.findings[0].looks_like == "earlier-data"
    assert second.because == "fails only after other checks, the last of them mine/one"


def test_a_finding_with_its_signature_survives_the_record(tmp_path: Path) -> None:
    (result,) = judged(tmp_path, "conn.sendall(data.upper())", ONE)
    recorded = json.loads(json.dumps(result.as_dict()))
    assert recorded["findings"][0]["looks_like"] == "upper-cased"
    assert Result.from_dict(recorded).findings == result.findings


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ("{looks_like: upper-cased}", "yes"),
        ("{looks_like: [doubled, upper-cased]}", "yes"),
        ("{looks_like: doubled}", "no"),
        ("{looks_like: upper-cased, received: nothing}", "no"),
        ("{deadline: missed}", "no"),
    ],
)
def test_a_hint_for_a_signature(condition: str, chosen: str, tmp_path: Path) -> None:
    hints = f"    hint: [{{if: {condition}, en: 'yes'}}, {{en: 'no'}}]\n"
    (result,) = judged(tmp_path, "conn.sendall(data.upper())", ONE + hints)
    assert result.hint == {"en": chosen, "zh": None}


def test_a_hint_for_a_missed_deadline(tmp_path: Path) -> None:
    hints = "    hint: [{if: {deadline: missed}, en: 'late'}, {en: 'other'}]\n"
    (result,) = judged(tmp_path, "data == b'hello' or conn.sendall(data)", ONE + hints, patience=0.1)
    assert result.hint == {"en": "late", "zh": None}


def test_a_bench_remembers_little() -> None:
    bench = Bench(Target("srv", "true"))
    bench.remember(b"x" * 10_000 for _ in range(1000))
    bench.remember([b"the last"])
    assert len(bench.heard) == MOST_MESSAGES
    assert max(map(len, bench.heard)) == MOST_BYTES
    assert bench.heard[-1] == b"the last"
