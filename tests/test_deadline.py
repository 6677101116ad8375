"""One budget of time for many waits."""

from __future__ import annotations

import time

import pytest

from pytest_netconform import deadline
from pytest_netconform.deadline import LONGEST_PAUSE, Deadline, DeadlineMissed, poll

LONG = 60.0


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(deadline, "time", clock)
    return clock


def test_what_remains_shrinks_and_never_falls_below_zero(clock: Clock) -> None:
    budget = Deadline(2.0)
    clock.now += 1.5
    assert budget.remaining() == pytest.approx(0.5)
    assert not budget.expired()
    clock.now += 1.5
    assert budget.remaining() == 0.0
    assert budget.expired()
    assert budget.seconds == 2.0


def test_a_shorter_deadline_within_a_longer_one_is_kept(clock: Clock) -> None:
    assert Deadline(2.0).within(0.5).seconds == 0.5


def test_a_longer_deadline_within_a_shorter_one_is_cut(clock: Clock) -> None:
    budget = Deadline(2.0)
    clock.now += 1.5
    assert budget.within(LONG).seconds == pytest.approx(0.5)


def test_poll_returns_the_first_true_answer(clock: Clock) -> None:
    answers = iter([None, 0, "", "seen", "later"])
    assert poll(lambda: next(answers), Deadline(LONG), "it") == "seen"
    assert len(clock.pauses) == 3


def test_poll_does_not_pause_for_what_is_there_already(clock: Clock) -> None:
    assert poll(lambda: True, Deadline(0.0), "it")
    assert clock.pauses == []


def test_poll_looks_once_more_after_the_last_pause_and_then_says_what_was_missed(clock: Clock) -> None:
    looks = []
    with pytest.raises(DeadlineMissed, match="the server to listen"):
        poll(lambda: looks.append(clock.now), Deadline(0.01), "the server to listen")
    assert looks[-1] >= 1000.01


def test_poll_pauses_longer_and_longer_up_to_a_millisecond(clock: Clock) -> None:
    with pytest.raises(DeadlineMissed):
        poll(lambda: None, Deadline(0.01), "it")
    assert clock.pauses == sorted(clock.pauses)
    assert max(clock.pauses) == LONGEST_PAUSE == 0.001


def test_the_real_clock_is_the_monotonic_one() -> None:
    before = time.monotonic()
    assert before + LONG <= Deadline(LONG).at <= time.monotonic() + LONG
