"""What a failed check looks like."""

from __future__ import annotations

import dataclasses

import pytest

from pytest_netconform.payload import width
from pytest_netconform.report.failure import COLUMNS, failure_lines, one_line
from pytest_netconform.report.summary import summary_lines
from pytest_netconform.run.result import Finding, Result


def event(at: float, actor: str, what: str, shown: str = "") -> dict[str, object]:
    return {"at": at, "actor": actor, "what": what, "size": len(shown), "hex": "", "shown": shown}


FAILED = Result(
    target="mysrv",
    suite="gbk",
    check="gbk/split-character",
    title={
        "en": "A character that arrives in two segments is decoded whole",
        "zh": "一个汉字分两段到达时应完整解码",
    },
    level="must",
    tier="core",
    gates=True,
    points=3,
    at="suites/gbk.yaml:42",
    verdict="failed",
    findings=[
        Finding(
            "alice received no reply",
            "suites/gbk.yaml:47",
            expected='"ok!" (6f 6b 21)',
            received="connection reset after 0 bytes",
            got="nothing",
            ended="reset",
        )
    ],
    transcript=[
        event(0.0, "alice", "connects"),
        event(0.1, "alice", "sends", "c4"),
        event(0.2, "server", "has read it"),
        event(0.3, "alice", "sends", "e3"),
        event(0.4, "alice", "ended by reset"),
        event(0.5, "server", "prints Traceback (most recent call last):"),
        event(0.6, "server", 'prints   File "/home/me/mysrv.py", line 12, in serve'),
        event(0.6, "server", "prints UnicodeDecodeError: 'gbk' codec can't decode byte 0xc4 in position 0"),
        event(9.0, "server", "prints and on it goes"),
    ],
    hint={"en": "Keep one incremental decoder per connection.", "zh": "请为每个连接保留一个增量解码器。"},
    by_hand=r"(printf '\304'; sleep .2; printf '\343'; sleep .2) | nc 127.0.0.1 7788",
    again="pytest --target 'python mysrv.py' -k gbk/split-character",
)


def test_what_a_client_of_datagrams_does_is_drawn() -> None:
    events = [
        event(0.0, "alice", "opens"),
        event(0.1, "alice", "sends", ""),
        event(0.2, "alice", "receives", '"hello"'),
        event(0.3, "alice", "refused"),
        event(0.4, "alice", "leaves"),
    ]
    lines = failure_lines(dataclasses.replace(FAILED, transcript=events))
    start = next(i for i, line in enumerate(lines) if "UDP socket" in line)
    assert [line.partition(" ms  ")[2] for line in lines[start : start + 5]] == [
        "alice    ── UDP socket ────────▶ server",
        "alice    ── empty ─────────────▶ server",
        'alice    ◀─ "hello" ──────────── server',
        "alice    ◀─ ICMP: nobody ─────── server",
        "alice    ── closes it ─────────▶ server",
    ]


def test_the_text_of_a_failure() -> None:
    assert "\n".join(failure_lines(FAILED)) == (
        "FAILED gbk/split-character [mysrv]  must · 3 points           suites/gbk.yaml:42\n"
        "A character that arrives in two segments is decoded whole\n"
        "\n"
        "     0.0 ms  alice    ── connects ──────────▶ server\n"
        "     0.1 ms  alice    ── c4 ────────────────▶ server\n"
        "     0.2 ms  server has read it\n"
        "     0.3 ms  alice    ── e3 ────────────────▶ server\n"
        "     0.4 ms  alice    ◀─ RST ──────────────── server\n"
        "     0.6 ms  srv| UnicodeDecodeError: 'gbk' codec can't decode by…   mysrv.py:12\n"
        "\n"
        "found     alice received no reply (line 47)\n"
        'expected  "ok!" (6f 6b 21)\n'
        "received  connection reset after 0 bytes\n"
        "hint      Keep one incremental decoder per connection.\n"
        r"by hand   (printf '\304'; sleep .2; printf '\343'; sleep .2) | nc 127.0.0.1 7788"
        "\n"
        "again     pytest --target 'python mysrv.py' -k gbk/split-character"
    )


def test_in_chinese_the_suites_own_texts_are_chinese() -> None:
    lines = failure_lines(FAILED, "zh")
    assert lines[1] == "一个汉字分两段到达时应完整解码"
    assert "hint      请为每个连接保留一个增量解码器。" in lines


@pytest.mark.parametrize(("lang", "said"), [("en", "the reply was upper-cased"), ("zh", "回复被改成了大写")])
def test_which_defect_it_looks_like_stands_between_what_came_and_what_to_do(lang: str, said: str) -> None:
    finding = dataclasses.replace(FAILED.findings[0], looks_like="upper-cased")
    lines = failure_lines(dataclasses.replace(FAILED, findings=[finding]), lang)
    at = lines.index(f"looks like  {said}")
    assert lines[at - 1].startswith("received  ")
    assert lines[at + 1].startswith("hint      ")


SMALLEST = """\
  any-text-smallest:
    title: {en: "Any text", zh: "任何文本"}
    steps:
      - connect: alice
      - {send: "你", cut: [1]}
      - receive: {reply_to: "你"}
"""


def test_the_smallest_failing_example_is_shown_as_a_check_to_be_pasted() -> None:
    lines = failure_lines(dataclasses.replace(FAILED, as_check=SMALLEST, examples=3, seed=7))
    start = lines.index("smallest  failing example (after 3, seed 7), as a check:")
    assert lines[start + 1 : -1] == SMALLEST.splitlines()
    assert lines[-1].startswith("again")
    assert len(lines) <= 25


def test_a_check_that_is_too_long_is_shown_in_part() -> None:
    steps = "".join(f"      - {{send: line {i}}}\n" for i in range(50))
    lines = failure_lines(dataclasses.replace(FAILED, as_check=SMALLEST + steps, examples=3, seed=7))
    assert len(lines) <= 25
    assert lines[-2].startswith("      # ")
    assert lines[-2].endswith(" more lines: see --netconform-record")
    assert "  any-text-smallest:" in lines


@pytest.mark.parametrize("as_check", ["", SMALLEST * 3])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_longest_failure_fits_25_lines_of_80_columns(lang: str, as_check: str) -> None:
    """Commands that are to be copied are never cut."""
    long = "x" * 300 + " " + "很长的提示" * 60
    result = dataclasses.replace(
        FAILED,
        check="isolation/" + "long-" * 20 + "name[n=100]",
        title={"en": long, "zh": long},
        at="suites/" + "folder/" * 20 + "gbk.yaml:42",
        because=long,
        died="killed by SIGSEGV",
        as_check=as_check,
        hint={"en": long, "zh": long},
        findings=[
            dataclasses.replace(
                FAILED.findings[0], text=long, expected=long, received=long, looks_like="waits-for-end"
            )
        ],
        transcript=[event(i, f"crowd[{i}]", "sends", "很长" * 20) for i in range(500)]
        + [event(i, "server", f"prints {long}") for i in range(50)],
    )
    lines = failure_lines(result, lang)
    assert len(lines) <= 25
    assert [line for line in lines if width(line) > COLUMNS and not line.startswith("again")] == []


def test_one_line_for_the_short_summary() -> None:
    assert one_line(FAILED) == (
        'alice received no reply: expected "ok!" (6f 6b 21), received connection reset after 0 bytes'
    )


def test_a_line_for_each_target_in_columns() -> None:
    passed = dataclasses.replace(FAILED, verdict="passed", points=10, findings=[])
    other = dataclasses.replace(passed, target="the-other-one")
    skipped = dataclasses.replace(passed, verdict="skipped")
    assert summary_lines([passed, FAILED, skipped, other]) == [
        "mysrv          10 of 13 points · 1 passed · 1 failed · 1 skipped",
        "the-other-one  10 of 10 points · 1 passed · 0 failed · 0 skipped",
    ]
