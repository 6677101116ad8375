"""Socket.IO packets: the protocol document's examples, refusals with their clauses, and another codec."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from socketio import packet as other

from pytest_netconform.wire import ProtocolError
from pytest_netconform.wire.socketio import Decoder, Kind, Packet, encode

properties = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def read(*messages: str | bytes) -> Packet | None:
    decoder = Decoder()
    packet = None
    for message in messages:
        packet = decoder.feed(message)
    return packet


BYTES = b"\x01\x02\x03"
EXAMPLES: list[tuple[list[str | bytes], Packet]] = [
    (["0"], Packet(Kind.CONNECT)),
    (["0/admin,"], Packet(Kind.CONNECT, "/admin")),
    (['0/admin,{"token":"123"}'], Packet(Kind.CONNECT, "/admin", {"token": "123"})),
    (['0{"sid":"oSO0OpakMV_3jnilAAAA"}'], Packet(Kind.CONNECT, data={"sid": "oSO0OpakMV_3jnilAAAA"})),
    (
        ['4/admin,{"message":"Not authorized"}'],
        Packet(Kind.CONNECT_ERROR, "/admin", {"message": "Not authorized"}),
    ),
    (['2["foo"]'], Packet(Kind.EVENT, data=["foo"])),
    (['2/admin,["bar"]'], Packet(Kind.EVENT, "/admin", ["bar"])),
    (['212["foo"]'], Packet(Kind.EVENT, data=["foo"], id=12)),
    (['3/admin,13["bar"]'], Packet(Kind.ACK, "/admin", ["bar"], 13)),
    (["3/admin,0[]"], Packet(Kind.ACK, "/admin", [], 0)),
    (["1/admin,"], Packet(Kind.DISCONNECT, "/admin")),
    (
        ['51-["baz",{"_placeholder":true,"num":0}]', BYTES],
        Packet(Kind.BINARY_EVENT, data=["baz", BYTES]),
    ),
    (
        ['52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', BYTES, b"\x04"],
        Packet(Kind.BINARY_EVENT, "/admin", ["baz", BYTES, b"\x04"]),
    ),
    (
        ['61-15["bar",{"_placeholder":true,"num":0}]', BYTES],
        Packet(Kind.BINARY_ACK, data=["bar", BYTES], id=15),
    ),
]


@pytest.mark.parametrize(("messages", "packet"), EXAMPLES, ids=[str(one[0][0]) for one in EXAMPLES])
def test_the_examples_of_the_document(messages: list[str | bytes], packet: Packet) -> None:
    assert read(*messages) == packet
    assert encode(packet) == messages


@pytest.mark.parametrize(
    ("messages", "packet"),
    [
        (["0/admin"], Packet(Kind.CONNECT, "/admin")),
        (["0/admin?x=1,"], Packet(Kind.CONNECT, "/admin?x=1")),
        (['4/x,"Unable to connect"'], Packet(Kind.CONNECT_ERROR, "/x", "Unable to connect")),
        (['2[ "a" , 1.0 ]'], Packet(Kind.EVENT, data=["a", 1.0])),
        (['2["\\u4f60"]'], Packet(Kind.EVENT, data=["你"])),
        (['2007["a"]'], Packet(Kind.EVENT, data=["a"], id=7)),
        (
            ['2["a",{"_placeholder":true,"num":0}]'],
            Packet(Kind.EVENT, data=["a", {"_placeholder": True, "num": 0}]),
        ),
        (
            ['51-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]', b""],
            Packet(Kind.BINARY_EVENT, data=["a", b"", b""]),
        ),
    ],
)
def test_what_servers_may_write_otherwise(messages: list[str | bytes], packet: Packet) -> None:
    assert read(*messages) == packet


HOLDS = '{"_placeholder":true,"num":0}'


@pytest.mark.parametrize(
    ("messages", "clause"),
    [
        ([""], "Packet encoding"),
        (["7"], "Packet encoding"),
        (["a"], "Packet encoding"),
        (["²"], "Packet encoding"),
        (['2٣["a"]'], "Packet encoding"),
        (['2["a"'], "Packet encoding"),
        (['2["a"]x'], "Packet encoding"),
        (['2["a",NaN]'], "Packet encoding"),
        (['2["a",-Infinity]'], "Packet encoding"),
        (["2" + "[" * 100_000], "Packet encoding"),
        (["2" + "9" * 1000 + '["a"]'], "Packet encoding"),
        (['2["a",' + "9" * 10_000 + "]"], "Packet encoding"),
        (['21-["a"]'], "Packet encoding"),
        (['5["a"]'], "Packet encoding"),
        (['50-["a"]'], "Packet encoding"),
        (['5999999999999-["a"]'], "Packet encoding"),
        (["2"], "Sending and receiving"),
        (["2[]"], "Sending and receiving"),
        (["2{}"], "Sending and receiving"),
        (['2"a"'], "Sending and receiving"),
        (["2[1]"], "Sending and receiving"),
        (["2[null]"], "Sending and receiving"),
        (["3[]"], "Acknowledgement"),
        (["31"], "Acknowledgement"),
        (["31{}"], "Acknowledgement"),
        (['0"x"'], "Connection to a namespace"),
        (["01{}"], "Connection to a namespace"),
        (["4/x,[]"], "Connection to a namespace"),
        (["4/x,"], "Connection to a namespace"),
        (["1{}"], "Disconnection"),
        ([b"x"], "Sending and receiving"),
        ([f'51-["a",{HOLDS}]', '2["b"]'], "Sending and receiving"),
        (['51-["a"]', b""], "Sending and receiving"),
        ([f'52-["a",{HOLDS}]', b"", b""], "Sending and receiving"),
        (['51-["a",{"_placeholder":true,"num":1}]', b""], "Sending and receiving"),
        (['51-["a",{"_placeholder":true,"num":-1}]', b""], "Sending and receiving"),
        (['51-["a",{"_placeholder":true,"num":"0"}]', b""], "Sending and receiving"),
        (['51-["a",{"_placeholder":true,"num":true}]', b""], "Sending and receiving"),
        (['51-["a",{"_placeholder":true}]', b""], "Sending and receiving"),
    ],
    ids=str,
)
def test_what_is_refused_and_by_which_clause(messages: list[str | bytes], clause: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read(*messages)
    assert clause in caught.value.clause


def test_after_a_refusal_the_decoder_goes_on() -> None:
    decoder = Decoder()
    assert decoder.feed(f'51-["a",{HOLDS}]') is None
    with pytest.raises(ProtocolError):
        decoder.feed("7")
    assert decoder.feed('2["b"]') == Packet(Kind.EVENT, data=["b"])
    with pytest.raises(ProtocolError):
        decoder.feed(b"x")


def test_what_json_cannot_hold_is_not_encoded() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(Packet(Kind.EVENT, data=["a", float("nan")]))


# ---------------------------------------------------------------- by property

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
KEYS = TEXT.filter(lambda key: key != "_placeholder")
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXT, st.binary(max_size=8))
VALUES = st.recursive(
    LEAVES, lambda some: st.one_of(st.lists(some, max_size=4), st.dictionaries(KEYS, some, max_size=4))
)
NAMESPACES = st.one_of(st.just("/"), st.from_regex(r"/[a-z0-9_-]{1,8}", fullmatch=True))
EVENTS = st.builds(
    lambda namespace, name, arguments, number: _named(Kind.EVENT, namespace, [name, *arguments], number),
    NAMESPACES,
    TEXT,
    st.lists(VALUES, max_size=4),
    st.one_of(st.none(), st.integers(0, 2**53)),
)
ACKS = st.builds(
    lambda namespace, arguments, number: _named(Kind.ACK, namespace, arguments, number),
    NAMESPACES,
    st.lists(VALUES, max_size=4),
    st.integers(0, 2**53),
)
OTHERS = st.one_of(
    st.builds(Packet, st.just(Kind.CONNECT), NAMESPACES, st.dictionaries(KEYS, TEXT, max_size=3)),
    st.builds(Packet, st.just(Kind.DISCONNECT), NAMESPACES),
    st.builds(Packet, st.just(Kind.CONNECT_ERROR), NAMESPACES, st.dictionaries(KEYS, TEXT, max_size=3)),
)


def _named(kind: Kind, namespace: str, data: list[Any], number: int | None) -> Packet:
    binary = {Kind.EVENT: Kind.BINARY_EVENT, Kind.ACK: Kind.BINARY_ACK}[kind]
    return Packet(binary if _has_bytes(data) else kind, namespace, data, number)


def _has_bytes(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, bytes) or any(map(_has_bytes, inner))


@properties
@given(st.one_of(EVENTS, ACKS, OTHERS))
def test_a_packet_comes_back(packet: Packet) -> None:
    assert read(*encode(packet)) == packet


@properties
@given(st.one_of(EVENTS, ACKS, OTHERS))
def test_the_other_codec_reads_what_is_encoded(packet: Packet) -> None:
    text, *attachments = encode(packet)
    theirs = other.Packet(encoded_packet=text)
    for attachment in attachments:
        theirs.add_attachment(attachment)
    assert (theirs.packet_type, theirs.namespace or "/") == (packet.kind, packet.namespace)
    assert (theirs.id, theirs.data) == (packet.id, packet.data)


@properties
@given(st.one_of(EVENTS, ACKS))
def test_what_the_other_codec_encodes_is_read(packet: Packet) -> None:
    kind = {Kind.BINARY_EVENT: Kind.EVENT, Kind.BINARY_ACK: Kind.ACK}.get(packet.kind, packet.kind)
    made = other.Packet(kind, packet.data, packet.namespace, packet.id).encode()
    assert read(*(made if isinstance(made, list) else [made])) == packet


@properties
@given(
    st.one_of(st.text(), st.from_regex(r"[0-6](\d-)?(/\w*,)?\d*.*", fullmatch=True)), st.binary(max_size=4)
)
def test_anything_is_read_or_refused(text: str, attachment: bytes) -> None:
    decoder = Decoder()
    for message in (text, attachment, text):
        with contextlib.suppress(ProtocolError):
            decoder.feed(message)


@pytest.mark.parametrize("depth", [1, 100, 300, 600, 900, 5000])
def test_deep_values_are_read_or_refused(depth: int) -> None:
    with contextlib.suppress(ProtocolError):
        read("51-" + '["a",' + "[" * depth + HOLDS + "]" * depth + "]", b"x")
