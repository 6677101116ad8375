"""The defects that a wrong answer may look like: the words of `looks_like` in a hint's condition.

How each of them is recognised stands in `run/signature.py`, under the same names.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StrictStr, WithJsonSchema

from ..errors import did_you_mean

SIGNATURES: dict[str, tuple[str, str]] = {
    "sent-to-another": ("the reply went to another client", "回复发给了另一个客户端"),
    "waits-for-more": (
        "the reply comes only when more data follows",
        "要等到后面还有数据时才回复",
    ),
    "waits-for-newline": ("the reply comes only after a newline", "要等到换行才回复"),
    "waits-for-end": (
        "the reply comes only when the client has ended its side",
        "要等到客户端结束发送才回复",
    ),
    "end-answered": (
        "the end of the connection was answered like a message",
        "把连接结束当成消息来回复",
    ),
    "echo-for-acknowledgement": (
        "the message came back where the acknowledgement was due",
        "应当回复应答，却把消息原样发回",
    ),
    "acknowledgement-for-echo": (
        "the acknowledgement came where the message was due",
        "应当原样发回消息，却回复了应答",
    ),
    "others-data": ("another client's data came", "收到了另一个客户端的数据"),
    "earlier-data": (
        "data of an earlier connection came",
        "收到了之前某个连接的数据",
    ),
    "bytes-printed": (
        "bytes in a language's own notation, such as b'...', not the bytes",
        "内容是字节的打印形式（如 b'...'），而不是字节本身",
    ),
    "case-of-bytes": (
        "the case of bytes was changed, within characters, not of letters",
        "按字节改了大小写，破坏了汉字，而不是按字母",
    ),
    "upper-cased": ("the reply was upper-cased", "回复被改成了大写"),
    "lower-cased": ("the reply was lower-cased", "回复被改成了小写"),
    "other-case": ("the reply differs only in upper and lower case", "回复只有大小写不同"),
    "newline-added": ("a newline was added", "多加了一个换行"),
    "newlines-changed": ("CRLF and LF were exchanged", "CRLF 与 LF 被互换了"),
    "newline-stripped": ("the newline was taken away", "换行被去掉了"),
    "blanks-stripped": ("blanks at the edges were taken away", "首尾空白被去掉了"),
    "doubled": ("the reply came twice", "回复发了两遍"),
    "flooded": ("the reply came again and again", "回复反复发个不停"),
    "reversed": ("the reply came in reverse", "回复被倒过来了"),
    "old-bytes": (
        "bytes of an earlier, longer reply follow",
        "后面带出了之前较长回复的字节",
    ),
    "nul-padded": (
        "NUL bytes follow: the whole buffer was sent",
        "后面跟着 NUL 字节：发送了整个缓冲区",
    ),
    "whole-buffer": ("the whole buffer was sent", "发送了整个缓冲区"),
    "cut-at-nul": ("the reply breaks off at the first NUL", "回复在第一个 NUL 处中断"),
    "cut-at-newline": (
        "the reply breaks off at the first newline",
        "回复在第一个换行处中断",
    ),
    "cut-at-buffer": (
        "the reply breaks off where a buffer ends",
        "回复在缓冲区的边界处中断",
    ),
    "as-utf-8": ("the same text in another encoding, UTF-8", "文本相同，但编码成了 UTF-8"),
    "as-gbk": ("the same text in another encoding, GBK", "文本相同，但编码成了 GBK"),
    "as-utf-16": ("the same text in another encoding, UTF-16", "文本相同，但编码成了 UTF-16"),
    "decoded-as-latin-1": (
        "decoded as Latin-1: one letter for each byte",
        "按 Latin-1 解码：每个字节变成一个字符",
    ),
    "decoded-as-utf-8": ("decoded as UTF-8", "按 UTF-8 解码"),
    "replacement-character": (
        "a failed decoding put U+FFFD in place of bytes",
        "解码失败，字节被替换成了 U+FFFD",
    ),
    "question-marks": (
        "'?' in place of what could not be converted",
        "无法转换的内容被替换成了“?”",
    ),
    "undecodable-dropped": (
        "what could not be decoded was left out",
        "无法解码的内容被丢掉了",
    ),
    "byte-missing": ("one byte is missing", "少了一个字节"),
    "byte-extra": ("one byte too many stands among the others", "中间多了一个字节"),
    "out-of-order": ("pieces came out of order", "各段的顺序错了"),
    "part-missing": ("a piece in the middle is missing", "中间少了一段"),
    "something-before": (
        "the right bytes, but something stands before them",
        "内容正确，但前面多了东西",
    ),
    "something-after": (
        "the right bytes, but something stands after them",
        "内容正确，但后面多了东西",
    ),
    "speaks-first": (
        "the server speaks before it was sent anything",
        "客户端还没有发送，服务器就先发了数据",
    ),
}
"""Name -> what happened, in English and in Chinese. The first that fits is told."""


def _known(word: str) -> str:
    if word not in SIGNATURES:
        hint = did_you_mean(word, SIGNATURES) or f"; they are {', '.join(SIGNATURES)}"
        raise ValueError(f"no signature is called {word!r}{hint}")
    return word


Signature = Annotated[StrictStr, AfterValidator(_known), WithJsonSchema({"enum": list(SIGNATURES)})]
