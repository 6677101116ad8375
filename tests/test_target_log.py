from __future__ import annotations

import os
import threading
import time

import pytest
from target_servers import PATIENCE

from pytest_netconform.deadline import Deadline, DeadlineMissed
from pytest_netconform.target.log import CAP, Log, drain, printable

FLOOD = 8 << 20


def new_log(*pieces: bytes) -> Log:
    log = Log(on_flood=lambda: None, flood=FLOOD)
    for moment, piece in enumerate(pieces):
        log.append(piece, float(moment))
    return log


def test_a_line_has_the_time_at_which_it_began_to_arrive() -> None:
    log = new_log(b"one\ntw", b"o\nthree\n", b"four")
    assert log.lines() == [(0.0, "one"), (0.0, "two"), (1.0, "three"), (2.0, "four")]


def test_a_mark_hides_what_came_before() -> None:
    log = new_log(b"before\n")
    mark = log.mark()
    log.append(b"after\n", 1.0)
    assert log.since(mark) == b"after\n"
    assert log.lines(mark) == [(1.0, "after")]
    assert log.count("before", mark=mark) == 0


def test_each_line_is_decoded_as_it_looks_best() -> None:
    log = new_log("你好\n".encode(), "你好\n".encode("gbk"), b"\xff\xfe\n")
    assert [text for _, text in log.lines()] == ["你好", "你好", "ÿþ"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"\x1b[2Jgone\r\n", r"\x1b[2Jgone"),
        ("\u202eevil".encode(), r"\u202eevil"),
        (b"x" * 100_000, "x" * 499 + "…"),
        (("你" * 1000).encode(), "你" * 249 + "…"),
    ],
)
def test_a_line_is_harmless_and_short(line: bytes, shown: str) -> None:
    assert printable(line) == shown


def test_the_beginning_and_the_end_are_kept() -> None:
    log = new_log(b"first\n", *[b"x" * 99 + b"\n"] * (4 * CAP // 100), b"last\n")
    kept = log.since()
    assert len(kept) == 2 * CAP
    assert kept.startswith(b"first\n")
    assert kept.endswith(b"x\nlast\n")
    assert log.total == 6 + 100 * (4 * CAP // 100) + 5
    texts = [text for _, text in log.lines()]
    assert f"[{log.total - 2 * CAP} bytes of output are left out here]" in texts
    assert log.lines()[-1] == (float(4 * CAP // 100 + 1), "last")


def test_output_is_kept_whole_up_to_twice_the_cap() -> None:
    data = os.urandom(2 * CAP)
    assert new_log(data[: CAP + 7], data[CAP + 7 :]).since() == data


def test_the_tail_gives_the_last_lines() -> None:
    log = new_log(b"".join(b"%d\n" % i for i in range(100)))
    assert log.tail(3) == ["97", "98", "99"]


def test_a_text_counts_in_every_encoding_and_once_where_these_agree() -> None:
    log = new_log("你 a\n".encode(), "你 a\n".encode("gbk"))
    assert log.count("你") == 2
    assert log.count("a") == 2
    assert log.count("你", encodings=("gbk",)) == 1
    assert log.count("😀", encodings=("gbk",)) == 0


def test_waiting_ends_when_the_text_comes() -> None:
    log = new_log(b"one hit, ")
    late = threading.Timer(0.05, log.append, (b"two hits", 1.0))
    late.start()
    log.wait_for("hit", Deadline(PATIENCE), times=2)
    late.join()
    assert log.count("hit") == 2


def test_waiting_for_what_does_not_come_misses_the_deadline() -> None:
    with pytest.raises(DeadlineMissed, match=r"the server to print '你'"):
        new_log(b"other").wait_for("你", Deadline(0.01))


def test_waiting_ends_at_once_when_nobody_is_left_to_print() -> None:
    log = new_log(b"one hit")
    log.end()
    began = time.monotonic()
    log.wait_for("hit", Deadline(PATIENCE))
    with pytest.raises(DeadlineMissed):
        log.wait_for("hit", Deadline(PATIENCE), times=2)
    assert time.monotonic() - began < PATIENCE / 2


def test_a_flood_is_told_once() -> None:
    told: list[int] = []
    log = Log(on_flood=lambda: told.append(log.total), flood=FLOOD)
    for _ in range(FLOOD // (1 << 20)):
        log.append(bytes(1 << 20), 0.0)
    assert not told
    log.append(b"x", 0.0)
    log.append(b"x", 0.0)
    assert told == [FLOOD + 1]


def test_only_output_since_the_last_mark_makes_a_flood() -> None:
    """Many checks share an instance, and a right server may print what each of them sends."""
    told: list[int] = []
    log = Log(on_flood=lambda: told.append(log.total), flood=FLOOD)
    for _ in range(2 * FLOOD // (1 << 20)):
        log.append(bytes(1 << 20), 0.0)
        log.mark()
    assert not told


def test_one_thread_drains_all_pipes_to_their_ends() -> None:
    logs = [new_log() for _ in range(3)]
    for number, log in enumerate(logs):
        read_end, write_end = os.pipe()
        drain(read_end, log)
        with os.fdopen(write_end, "wb") as file:
            file.write(b"%d" % number * 200_000)
    assert all(log.wait_end(Deadline(PATIENCE)) for log in logs)
    assert [log.total for log in logs] == [200_000] * 3
    readers = [thread for thread in threading.enumerate() if thread.name == "netconform-log"]
    assert len(readers) == 1
