"""JSON as RFC 8259 has it: no NaN, no Infinity, nothing after the value."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class NoJson(ValueError):
    """The text is no JSON value."""


def _refuse(name: str) -> NoReturn:
    raise NoJson(f"{name} is no JSON (RFC 8259 section 6)")


_decoder = json.JSONDecoder(parse_constant=_refuse)


def loads(text: str) -> Any:
    """Raises NoJson, also for what is nested too deep to be read or has too many digits."""
    try:
        return _decoder.decode(text)
    except NoJson:
        raise
    except RecursionError:
        raise NoJson("nested too deep") from None
    except ValueError as exc:
        raise NoJson(str(exc)) from None


def dumps(value: Any) -> str:
    """Compact, in UTF-8's own characters. Raises ValueError for what JSON cannot hold."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
