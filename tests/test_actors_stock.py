"""The client of python-socketio takes part in a check as the tester's own clients do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from socketio_servers import RIGHT
from test_run_event_stage import judged

import pytest_netconform.actors.stock  # noqa: F401 - takes a part of a second

BOTH = ("{connect: alice, client: stock}", "connect: bob")
TELL = "{emit: tell, data: [hi], from: bob, ack: [ok]}"
TOLD = "{event: told, data: [hi], at: alice}"
TELLS_TWO = """
for one in others:
    for text in ("first", "second"):
        one.say(f'2["told","{text}"]')
ack("ok")
"""


@pytest.mark.parametrize(
    ("body", "steps"),
    [
        (RIGHT, (*BOTH, TELL, TOLD)),
        (RIGHT, (*BOTH, "{emit: tell, data: [ho], from: alice, ack: [ok]}",
                 "{event: told, data: [ho], at: bob}")),
        (RIGHT, (*BOTH, "{emit: echo, data: [1, [2], {a: null}], from: alice, ack: [1, [2], {a: null}]}")),
        (RIGHT, (*BOTH, "{emit: echo, from: [alice, bob], ack: []}", "{emit: echo, data: [x], from: alice}")),
        (RIGHT, (*BOTH, "disconnect: alice", TELL)),
        (RIGHT, (*BOTH, "close: alice", TELL, BOTH[0], TELL, TOLD)),
        (RIGHT, (*BOTH, "reset: alice", TELL, "connect: alice", TELL, TOLD)),
        (RIGHT, ("connect: bob", "{connect: alice, client: stock, namespace: /chat}")),
        (RIGHT, ("{connect: alice, client: stock, namespace: /nope, refused: {any: object}}",)),
        (TELLS_TWO, (*BOTH, TELL, "{event: told, data: [second], at: alice}",
                     "{event: told, data: [first], at: alice}")),
        ("[one.say('1') for one in others]; ack('ok')", (*BOTH, TELL, "{disconnected: alice}")),
        ("[one.conn.shutdown(2) for one in others]; ack('ok')", (*BOTH, TELL, "{ended: alice}")),
    ],
)  # fmt: skip
def test_it_does_what_the_own_clients_do(body: str, steps: tuple[str, ...], tmp_path: Path) -> None:
    before = threading.enumerate()
    result = judged(tmp_path, body, *steps)
    assert (result.findings, result.verdict) == ([], "passed")
    assert [one for one in threading.enumerate() if "loop" in one.name and one not in before] == []


@pytest.mark.parametrize(
    ("body", "steps", "text"),
    [
        ("ack('ok')", (*BOTH, TELL, TOLD), "alice has not received the event 'told'"),
        ("[one.say('2[\"told\",\"ho\"]') for one in others]; ack('ok')", (*BOTH, TELL, TOLD),
         "alice has not received the event 'told'"),
        ("ack('no')", (BOTH[0], "{emit: tell, data: [hi], from: alice, ack: [ok]}"),
         "the acknowledgement of alice's 'tell' has other arguments"),
        ("pass", (BOTH[0], "{emit: tell, from: alice, ack: [ok]}"),
         "alice has not received the acknowledgement 1"),
        ("me.conn.shutdown(2)", (BOTH[0], "{emit: tell, from: alice, ack: [ok]}"),
         "alice has not received the acknowledgement 1"),
        ("pass", ("{connect: alice, client: stock, namespace: /nope}",), "the server refuses alice in /nope"),
        ("pass", ("{connect: alice, client: stock, transport: polling}",),
         "alice cannot connect by polling"),
        ("pass", (*BOTH, "{disconnected: alice}"), "alice has not received DISCONNECT of /"),
    ],
)  # fmt: skip
def test_it_tells_what_is_wrong(body: str, steps: tuple[str, ...], text: str, tmp_path: Path) -> None:
    result = judged(tmp_path, body, *steps)
    assert result.verdict == "failed", result.because
    assert text in result.findings[0].text


def test_its_packets_are_in_the_transcript(tmp_path: Path) -> None:
    result = judged(tmp_path, "ack('no')", BOTH[0], "{emit: tell, data: [hi], from: alice, ack: [ok]}")
    said = [(one["what"], one["shown"]) for one in result.transcript if one["actor"] == "alice"]
    assert said[1:3] == [("sends packet", '421["tell","hi"]'), ("receives packet", '431["no"]')]
