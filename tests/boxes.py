"""Which boxes this machine allows."""

from __future__ import annotations

from functools import cache

import pytest

from pytest_netconform.target import BOXED, Rung
from pytest_netconform.target.rungs import refusal_of


def skip_without(rung: Rung) -> None:
    """Skips the test where this rung is a kind of box, and there is none of it here."""
    if rung in BOXED and (refusal := _refusal(rung)):
        pytest.skip(f"no {rung} here: {refusal}")


@cache
def _refusal(rung: Rung) -> str:
    return refusal_of(rung)
