"""Texts by encoding."""

from __future__ import annotations

import pytest

from pytest_netconform.suite.encodings import normal, text_in, writes

FORMS = {"gbk": "你好", "Shift_JIS": "日本", "others": "hé"}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", "你好"),
        ("GBK", "你好"),
        ("cp936", "你好"),
        ("sjis", "日本"),
        ("utf-8", "hé"),
        ("latin-1", "hé"),
        ("ascii", None),
    ],
)
def test_an_encoding_has_the_text_of_any_of_its_names(encoding: str, text: str | None) -> None:
    assert text_in(FORMS, encoding) == text


def test_what_is_named_counts_more_than_others() -> None:
    assert text_in({"others": "x", "gbk": "你"}, "gbk") == "你"
    assert text_in({"gbk": "你"}, "big5") is None


def test_the_spellings_of_an_encoding_are_one() -> None:
    assert normal("EUC-KR") == normal("euc_kr")
    with pytest.raises(LookupError):
        normal("gbq")


def test_whether_an_encoding_has_all_characters() -> None:
    assert writes("你a", "gbk")
    assert not writes("你😀", "gbk")
