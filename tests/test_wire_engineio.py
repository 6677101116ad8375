"""Engine.IO packets: the protocol document's examples, refusals with their clauses, and another codec."""

from __future__ import annotations

import contextlib
import json
import string

import pytest
from engineio import packet as other_packet
from engineio import payload as other_payload
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netconform.wire import ProtocolError
from pytest_netconform.wire.engineio import (
    Handshake,
    Kind,
    Packet,
    decode,
    decode_payload,
    encode,
    encode_payload,
    parse_handshake,
)

properties = settings(max_examples=150, deadline=None, derandomize=True, database=None)

TEXT = st.text(st.characters(exclude_characters="\x1e", exclude_categories=("Cs",)), max_size=30)
PACKETS = st.one_of(
    st.builds(Packet, st.sampled_from(Kind), TEXT),
    st.builds(Packet, st.just(Kind.MESSAGE), st.binary(max_size=30)),
)
OPEN = {
    "sid": "lv_VI97HAXpY6yYWAAAC",
    "upgrades": ["websocket"],
    "pingInterval": 25000,
    "pingTimeout": 20000,
    "maxPayload": 1000000,
}


@pytest.mark.parametrize(
    ("frame", "packet"),
    [
        ("2", Packet(Kind.PING)),
        ("2probe", Packet(Kind.PING, "probe")),
        ("3probe", Packet(Kind.PONG, "probe")),
        ("4hello", Packet(Kind.MESSAGE, "hello")),
        ("4€", Packet(Kind.MESSAGE, "€")),
        ("5", Packet(Kind.UPGRADE)),
        ("6", Packet(Kind.NOOP)),
        (b"\x01\x02\x03\x04", Packet(Kind.MESSAGE, b"\x01\x02\x03\x04")),
    ],
)
def test_the_examples_of_the_document(frame: str | bytes, packet: Packet) -> None:
    assert decode(frame) == packet
    assert encode(packet) == frame


def test_a_payload_has_packets_with_a_separator_between_them() -> None:
    packets = [Packet(Kind.MESSAGE, "hello"), Packet(Kind.PING), Packet(Kind.MESSAGE, b"\x01\x02\x03\x04")]
    assert encode_payload(packets) == "4hello\x1e2\x1ebAQIDBA=="
    assert decode_payload("4hello\x1e2\x1ebAQIDBA==") == packets


@pytest.mark.parametrize("frame", ["", "7", "a", "-1", "²", "٣", " 4", "\ud800"])
def test_what_is_no_packet_is_refused(frame: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    assert "Packet encoding" in caught.value.clause


@pytest.mark.parametrize("body", ["", "4a\x1e", "\x1e4a", "b@@@", "bAQI", "bAQ==AQ==", "b é", "bAQID\n"])
def test_what_is_no_payload_is_refused(body: str) -> None:
    with pytest.raises(ProtocolError):
        decode_payload(body)


def test_the_handshake_is_read() -> None:
    read = parse_handshake(Packet(Kind.OPEN, json.dumps(OPEN)))
    assert read == Handshake("lv_VI97HAXpY6yYWAAAC", ("websocket",), 25000, 20000, 1000000)


def test_an_old_handshake_says_nothing_of_the_payload() -> None:
    old = {key: value for key, value in OPEN.items() if key != "maxPayload"}
    assert parse_handshake(Packet(Kind.OPEN, json.dumps(old))).max_payload is None


@pytest.mark.parametrize(
    "change",
    [
        {"sid": 1},
        {"sid": None},
        {"upgrades": "websocket"},
        {"upgrades": [1]},
        {"pingInterval": "25000"},
        {"pingInterval": 2.5},
        {"pingInterval": True},
        {"pingTimeout": -1},
        {"maxPayload": None},
    ],
)
def test_a_bad_handshake_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_handshake(Packet(Kind.OPEN, json.dumps({**OPEN, **change})))
    assert "Handshake" in caught.value.clause


@pytest.mark.parametrize(
    "packet", [Packet(Kind.OPEN, "[]"), Packet(Kind.OPEN, "{"), Packet(Kind.MESSAGE, "{}")]
)
def test_what_is_no_handshake_is_refused(packet: Packet) -> None:
    with pytest.raises(ProtocolError):
        parse_handshake(packet)


@properties
@given(PACKETS)
def test_a_packet_comes_back(packet: Packet) -> None:
    assert decode(encode(packet)) == packet


@properties
@given(st.lists(PACKETS, min_size=1, max_size=8))
def test_a_payload_comes_back(packets: list[Packet]) -> None:
    assert decode_payload(encode_payload(packets)) == packets


@properties
@given(PACKETS)
def test_the_other_codec_reads_what_is_encoded(packet: Packet) -> None:
    read = other_packet.Packet(encoded_packet=encode(packet))
    assert read.packet_type == packet.kind
    expected = packet.data
    if isinstance(expected, str) and _is_json(expected):
        return  # the other codec makes values of texts that look like JSON
    assert (read.data or "") == expected or read.data == expected


@properties
@given(st.lists(PACKETS, min_size=1, max_size=8))
def test_what_the_other_codec_encodes_is_read(packets: list[Packet]) -> None:
    theirs = [other_packet.Packet(packet.kind, packet.data) for packet in packets]
    assert decode_payload(other_payload.Payload(packets=theirs).encode()) == packets


@properties
@given(st.one_of(st.text(), st.text(string.digits + "b\x1e=A"), st.binary()))
def test_anything_is_read_or_refused(anything: str | bytes) -> None:
    for reading in (decode, decode_payload) if isinstance(anything, str) else (decode,):
        with contextlib.suppress(ProtocolError):
            reading(anything)  # type: ignore[operator]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
