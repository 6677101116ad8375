"""What Socket.IO clients find: each kind of wrong answer of a server, and what is said about it."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from socketio_servers import RIGHT, socketio_script

from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.run.bench import Bench
from pytest_netconform.run.items import items_of
from pytest_netconform.run.judge import Judge, Rules
from pytest_netconform.run.probe import probe
from pytest_netconform.run.result import Result
from pytest_netconform.selftest.playing import play_all
from pytest_netconform.suite.load import load
from pytest_netconform.target import Target

HEAD = """\
suite: mine
title: mine
applies_to: socketio
noise: [murmur]
checks:
  one:
    title: one
    steps:
"""


def judged(tmp_path: Path, body: str, *steps: str, pong: str = "", head: str = HEAD) -> Result:
    """The check with these steps, on the hand-made server with this body; `pong` is what a pong does."""
    return judged_on(socketio_script(tmp_path / "srv.py", body, pong), steps, head)


def judged_on(script: Path, steps: Sequence[str], head: str = HEAD, *declared: str) -> Result:
    path = script.with_name("mine.netconform.yaml")
    path.write_text(head + "".join(f"      - {step}\n" for step in steps), encoding="utf-8")
    target = Target("srv", shlex.join([sys.executable, str(script)]))
    probed = probe(target, 0.3)
    assert probed.profile is not None
    assert probed.profile.speaks == "socketio"
    judge = Judge(Bench(target), probed.declared(declared), Rules(patience=0.1))
    try:
        (item,) = items_of(load(path), path.name)
        return judge.judge(item)
    finally:
        judge.bench.retire()


BOTH = "connect: [alice, bob]"
TELL = "{emit: tell, data: [hi], from: alice, ack: [ok]}"
TOLD = "{event: told, data: [hi], at: bob}"


@pytest.mark.parametrize(
    "steps",
    [
        (BOTH, TELL, TOLD, "{no_event: told, at: [alice, bob]}"),
        (BOTH, TELL, TOLD, "{no_event: told, at: bob, fence: bob}"),
        (BOTH, "{emit: echo, data: [1, [2], {a: null}], from: bob, ack: [1, [2], {a: null}]}"),
        (BOTH, "{emit: echo, data: [x], from: bob, id: 7}", "{acked: 7, data: [{capture: c}], at: bob}"),
        (BOTH, "{emit: echo, data: [x], from: bob, id: 7}"),
        (BOTH, "{emit: nobody, from: bob, id: 7}", "{not_acked: 7, at: bob}"),
        (BOTH, "{disconnect: bob}", "{connect: bob, transport: same}", TELL, TOLD),
        (BOTH, "{connect: bob, namespace: /chat, transport: same}", TELL, TOLD),
        (BOTH, "{connect: carol, namespace: /nope, refused: {has: {message: {any: string}}}}"),
        (BOTH, "{emit: tell, data: ['${bob.sid} ${bob.engine}'], from: alice, ack: [ok]}",
         "{event: told, data: [{matches: 'sid[0-9]+/ engine[0-9]+'}], at: bob}"),
        (BOTH, "reset: bob", "connect: bob", TELL, TOLD),
        (BOTH, "close: bob", "connect: bob", TELL, TOLD),
        (BOTH, "newcomer: exchanges", TELL, TOLD),
        ("connect: {crowd: 5}", "{emit: echo, data: ['${client}'], from: crowd, ack: ['${client}']}"),
    ],
    ids=lambda steps: steps[-1],
)  # fmt: skip
def test_a_right_server_passes(steps: tuple[str, ...], tmp_path: Path) -> None:
    result = judged(tmp_path, RIGHT, *steps)
    assert (result.findings, result.verdict) == ([], "passed")


@pytest.mark.parametrize(
    ("body", "steps", "text", "received"),
    [
        ("ack('ok')", (BOTH, TELL, TOLD), "bob has not received the event 'told'", "nothing within"),
        ("me.say('2[\"told\",\"hi\"]'); ack('ok')", (BOTH, TELL, "{no_event: told, at: alice}"),
         "alice received too much", 'the event ["told", "hi"]'),
        ("[one.say('2[\"told\",\"ho\"]') for one in others]; ack('ok')", (BOTH, TELL, TOLD),
         "bob received 'told' with other arguments: [0] is \"ho\", not \"hi\"", '["ho"]'),
        ("[one.say('2[\"gossip\",\"hi\"]') for one in others]; ack('ok')", (BOTH, TELL, TOLD),
         "bob received another event", '["gossip", "hi"]'),
        ("[one.say('2[\"told\",\"hi\"]') for one in others * 2]; ack('ok')", (BOTH, TELL, TOLD),
         "bob received too much", 'the event ["told", "hi"]'),
        ("ack('ok'); ack('ok')", ("connect: alice", TELL), "alice received too much",
         'the acknowledgement 1 ["ok"]'),
        ("ack(); ack()", ("connect: alice", "{emit: x, from: alice, id: 3}", "{acked: 3, at: alice}"),
         "alice received too much", "the acknowledgement 3 []"),
        ("ack('no')", ("connect: alice", TELL), "the acknowledgement of alice's 'tell' has other arguments",
         '["no"]'),
        ("pass", ("connect: alice", TELL), "alice has not received the acknowledgement 1", "nothing within"),
        ("ack('ok'); me.say('1')", ("connect: alice", TELL), "alice received too much", "DISCONNECT of /"),
        ("ack('ok'); me.conn.shutdown(2)", ("connect: alice", TELL),
         "the server has ended the session of alice", "connection"),
        ("ack('ok'); me.frame('1')", ("connect: alice", TELL),
         "the server has ended the session of alice", "connection"),
        ("me.say('2{}')", ("connect: alice", TELL), "what is no Socket.IO packet", '"2{}"'),
        ("me.frame('9')", ("connect: alice", TELL), "no packet begins with '9'", '"9"'),
        ("me.frame(b'\\xff', 1)", ("connect: alice", TELL), "UnicodeDecodeError", "nothing"),
        ("pass", ("connect: alice", "{connect: bob, namespace: /nope}"),
         "the server refuses bob in /nope", "Invalid namespace"),
        ("pass", ("connect: alice", "{connect: bob, namespace: /chat, refused: {any: value}}"),
         "the server does not refuse bob in /chat", "CONNECT with a sid"),
        ("pass", ("connect: alice", "{connect: bob, transport: polling}"),
         "bob cannot connect by polling", "HTTP status 400"),
        ("pass", ("connect: alice", "{ended: alice}"), "alice has not received the end of its session",
         "still open"),
        ("pass", ("connect: alice", "{disconnected: alice}"), "alice has not received DISCONNECT of /",
         "still open"),
        ("ack()", ("connect: alice", "{emit: x, from: alice, id: 3}", "{not_acked: 3, at: alice}"),
         "alice received too much", "the acknowledgement 3 []"),
        ("os._exit(3)", ("connect: alice", TELL), "alice has not received the acknowledgement 1",
         "connection"),
    ],
)  # fmt: skip
def test_a_wrong_server_is_told_what_is_wrong(
    body: str, steps: tuple[str, ...], text: str, received: str, tmp_path: Path
) -> None:
    result = judged(tmp_path, body, *steps)
    assert result.verdict == "failed", result.because
    assert text in result.findings[0].text
    assert received in result.findings[0].received


GROUPS = (
    "connect: {crowd: 5, groups: 2}",
    "{emit: join, data: [{room: 'r${group}'}], from: crowd, ack: [ok]}",
    "connect: alice",
    "{repeat: 2, do: [{emit: say, data: [{room: 'r${i}', text: 't${i}'}], from: alice, ack: [ok]}]}",
    "{event: said, data: [{room: 'r${group}', text: 't${group}'}], at: crowd}",
    "{no_event: said, at: [alice, crowd]}",
)


@pytest.mark.parametrize(
    ("right", "wrong", "text"),
    [
        ("for one in inside:", "for one in inside * 2:", "crowd[0] received too much"),
        ("for one in inside:", "for one in inside[:2]:", "has not received the event 'said'"),
        (
            "for one in inside:",
            "for one in inside + clients[3:4]:",
            "crowd[3] received 'said' with other arguments",
        ),
        ("for one in inside:", "for one in clients:", "crowd[1] received 'said' with other arguments"),
    ],
)
def test_a_crowd_is_in_groups(right: str, wrong: str, text: str, tmp_path: Path) -> None:
    assert judged(tmp_path, ROOMS, *GROUPS).findings == []
    failed = judged(tmp_path, ROOMS.replace(right, wrong), *GROUPS)
    assert text in failed.findings[0].text


def test_a_close_frame_that_comes_with_an_event_ends_the_session(tmp_path: Path) -> None:
    """Although the server keeps the connection."""
    both = """
with lock:
    told = b'42["told","hi"]'
    me.conn.sendall(b"\\x81" + bytes([len(told)]) + told + b"\\x88\\x02\\x03\\xe8")
threading.Event().wait()
"""
    steps = ("connect: alice", "{emit: tell, from: alice}", "{event: told, at: alice}", "{ended: alice}")
    result = judged(tmp_path, both, *steps)
    assert (result.findings, result.verdict) == ([], "passed")


def test_noise_is_judged_only_where_a_step_asks_for_it(tmp_path: Path) -> None:
    murmur = "[one.say('2[\"murmur\"]') for one in others]; ack('ok')"
    assert judged(tmp_path, murmur, BOTH, TELL).verdict == "passed"
    assert judged(tmp_path, murmur, BOTH, TELL, "{event: murmur, at: bob}").verdict == "passed"
    assert judged(tmp_path, murmur, BOTH, TELL, "{no_event: murmur, at: bob}").verdict == "failed"


def test_what_the_server_finds_out_later_may_be_asked_again(tmp_path: Path) -> None:
    counts = "seen = me.__dict__.setdefault('seen', []); seen.append(1); ack(len(seen))"
    asked = "{emit: count, from: alice, ack: [3], eventually: true}"
    assert judged(tmp_path, counts, "connect: alice", asked).verdict == "passed"
    never = judged(tmp_path, "ack(0)", "connect: alice", asked)
    assert (never.verdict, never.findings[0].missed) == ("failed", True)
    once = "if not hasattr(me, 'seen'):\n    me.seen = True\n    ack(0)"
    silent = judged(tmp_path, once, "connect: alice", asked)
    assert (silent.findings[0].received, silent.findings[0].missed) == ("[0]", True)


def test_a_ping_is_answered_whoever_waits(tmp_path: Path) -> None:
    """Alice is answered only when bob, for whom no step waits, has answered a ping."""
    body = """
if name == "ping":
    me.waits = ack
    for one in others:
        one.frame("2")
"""
    pong = '[one.waits("ok") for one in clients if one is not me]'
    result = judged(tmp_path, body, BOTH, "{emit: ping, from: alice, ack: [ok]}", pong=pong)
    assert (result.findings, result.verdict) == ([], "passed")


def test_an_event_of_the_server_is_acknowledged_by_its_id(tmp_path: Path) -> None:
    asks = "[one.say('27[\"question\"]') for one in others]; ack('ok')"
    asked = "{event: question, at: bob, ack_id: question}"
    result = judged(tmp_path, asks, BOTH, TELL, asked, "{answer: '${question}', data: [yes], from: bob}")
    assert (result.findings, result.verdict) == ([], "passed")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("ack(1)", ""),
        ("me.conn.shutdown(2)", ""),
        ("ack(2)", "other arguments"),
        ("ack(1); me.conn.shutdown(2)", "the server has ended the session of alice"),
        ("pass", "alice has not received the acknowledgement 3"),
        ("me.say('34[1]')", "alice has not received the acknowledgement 3"),
    ],
)
def test_an_event_may_be_acknowledged_or_end_the_session(body: str, found: str, tmp_path: Path) -> None:
    """And nothing else."""
    acked = "{acked: 3, data: [1], at: alice, or_ended: true}"
    result = judged(tmp_path, body, "connect: alice", "{emit: x, from: alice, id: 3}", acked)
    assert result.verdict == ("failed" if found else "passed"), result.findings
    assert found in "".join(finding.text for finding in result.findings)


def test_the_client_does_not_use_the_id_0_by_itself(tmp_path: Path) -> None:
    """A server that takes it for none would fail every check, and look as if it had no capabilities."""
    result = judged(tmp_path, "digits != '0' and ack('ok')", "connect: alice", TELL)
    assert (result.findings, result.verdict) == ([], "passed")


ROOMS = """
rooms = globals().setdefault("rooms", {})
data = arguments[0]
inside = rooms.setdefault(data["room"], [])
if name == "join" and me not in inside:
    inside.append(me)
elif name == "leave" and me in inside:
    inside.remove(me)
elif name == "say":
    for one in inside:
        one.say("2" + json.dumps(["said", data]))
ack("ok")
"""
STORM = "storm: {clients: 8, rooms: 3, moves: 4}"
ASKED = "{emit: join, data: [{room: red}], from: crowd, ack: [ok]}"


def test_a_storm_finds_who_is_in_a_room_and_should_not(tmp_path: Path) -> None:
    right = judged(tmp_path, ROOMS, STORM, ASKED)
    assert (right.findings, right.verdict) == ([], "passed")
    nothing_else = judged(tmp_path, ROOMS, STORM, ASKED.replace("[ok]", "[no]"))
    assert "crowd[0]'s 'join'" in nothing_else.findings[0].text
    leaky = judged(tmp_path, ROOMS.replace("inside.remove(me)", "pass"), STORM)
    assert leaky.findings[0].text.endswith("received too much")
    doubled = judged(tmp_path, ROOMS.replace("for one in inside:", "for one in inside * 2:"), STORM)
    assert doubled.findings[0].text.endswith("received too much")
    forgotten = judged(tmp_path, ROOMS.replace("for one in inside:", "for one in inside[:-1]:"), STORM)
    assert forgotten.verdict == "failed"


SPREADS = """
[one.say("2" + json.dumps(["told", *arguments])) for one in others]
ack("ok")
"""


def test_among_events_only_some_may_be_too_many(tmp_path: Path) -> None:
    of_bob = "{no_event: told, among: [bob], at: bob}"
    about_carol = (BOTH, "{emit: tell, data: [carol], from: alice, ack: [ok]}", of_bob)
    assert judged(tmp_path, SPREADS, *about_carol, "{event: told, at: bob}").verdict == "passed"
    about_bob = (BOTH, "{emit: tell, data: [bob], from: alice, ack: [ok]}", of_bob)
    assert judged(tmp_path, SPREADS, *about_bob).findings[0].received == 'the event ["told", "bob"]'


@pytest.mark.parametrize(("namespace", "packet"), [("/", "1"), ("/chat", "1/chat,")])
def test_the_answer_to_a_disconnect_is_found_where_a_step_forbids_it(
    namespace: str, packet: str, tmp_path: Path
) -> None:
    steps = ["connect: alice", f"{{connect: alice, namespace: {namespace}, transport: same}}"][: len(packet)]
    forbidden = f"{{disconnect: alice, namespace: {namespace}, unanswered: true}}"
    assert judged(tmp_path, RIGHT, *steps, forbidden).verdict == "passed"
    script = socketio_script(tmp_path / "srv.py")
    leave = "me.sids.pop(namespace, None)"
    script.write_text(script.read_text("utf-8").replace(leave, f'{leave}; me.say("{packet}")'), "utf-8")
    assert judged_on(script, [*steps, f"{{disconnect: alice, namespace: {namespace}}}"]).verdict == "passed"
    result = judged_on(script, [*steps, forbidden])
    assert result.findings[0].received == f"DISCONNECT of {namespace}"


def test_the_offsets_of_a_server_that_restores_sessions_are_no_arguments(tmp_path: Path) -> None:
    """What was missed comes before the answer to CONNECT; an event that asks for an acknowledgement, and an
    acknowledgement, have no offset."""
    body = """
if name == "echo":
    ack(*arguments)
else:
    for one in others:
        one.say('2["told","hi","o7"]')
        one.say('23["asked","yes?"]')
    ack("ok")
"""
    script = socketio_script(tmp_path / "srv.py", body)
    connected = """me.say(f'0{prefix}{json.dumps({"sid": me.sids[namespace]"""
    text = script.read_text("utf-8")
    assert connected in text
    restored = 'me.say(\'2["told","missed","o1"]\'); ' + connected + ', "pid": "p1"'
    script.write_text(text.replace(connected, restored), "utf-8")
    missed = "{event: told, data: [missed], at: [alice, bob]}"
    known = "{emit: echo, data: ['${bob.pid} ${bob.offset}'], from: alice, ack: [p1 %s]}"
    asked = "{event: asked, data: ['yes?'], at: bob}"
    result = judged_on(script, [BOTH, known % "o1", missed, TELL, TOLD, asked, known % "o7"])
    assert (result.findings, result.verdict) == ([], "passed")


@pytest.mark.parametrize(("elsewhere", "verdict"), [(False, "passed"), (True, "failed")])
def test_the_session_of_a_client_that_is_in_no_namespace_may_end(
    elsewhere: bool, verdict: str, tmp_path: Path
) -> None:
    script = socketio_script(tmp_path / "srv.py")
    leave = "me.sids.pop(namespace, None)"
    script.write_text(script.read_text("utf-8").replace(leave, f"{leave}; me.conn.shutdown(2)"), "utf-8")
    more = ["{connect: bob, namespace: /chat, transport: same}"] if elsewhere else []
    result = judged_on(script, [BOTH, *more, "{disconnect: bob}", "{no_event: told, at: bob}", TELL])
    assert result.verdict == verdict


def test_a_client_that_comes_back_to_a_right_server_gets_what_it_has_missed() -> None:
    """Played by the whole suite, because all events of such a server have an offset."""
    target = Target("srv", "ref:socketio-node --recovery")
    try:
        results = play_all(target, Rules("robust"), (), ["socketio-sessions"])
    except EnvironmentFault as exc:
        pytest.skip(str(exc))
    assert {one.check for one in results if one.verdict != "passed"} == {"socketio-sessions/storm-200"}


def test_the_end_of_an_ignored_session_is_the_end_of_its_reading(tmp_path: Path) -> None:
    steps = ["{emit: bye, from: alice}", "{server: {has_read: alice}}"]
    over = "me.conn.shutdown(2)"
    assert judged(tmp_path, over, BOTH, "ignore: alice", *steps).verdict == "passed"
    assert judged(tmp_path, over, BOTH, *steps).verdict == "failed"


def test_a_server_that_keeps_the_connection_of_a_client_that_has_gone_is_found(tmp_path: Path) -> None:
    steps = [BOTH, TELL, TOLD, "close: bob", "{server: {released: bob}}"]
    assert judged(tmp_path, RIGHT, *steps).verdict == "passed"
    keeps = RIGHT + 'globals().setdefault("kept", []).append(others[0].conn.dup())'
    result = judged(tmp_path, keeps, *steps)
    assert (result.findings[0].missed, result.verdict) == (True, "failed")


def test_the_transcript_has_every_packet_in_its_order(tmp_path: Path) -> None:
    result = judged(tmp_path, "ack('no')", "connect: alice", TELL)
    said = [(one["what"], one["shown"]) for one in result.transcript if one["actor"] == "alice"]
    assert said[2:6] == [
        ("sends packet", "40"),
        ("receives packet", '40{"sid": "sid0/"}'),
        ("sends packet", '421["tell","hi"]'),
        ("receives packet", '431["no"]'),
    ]


@pytest.mark.parametrize("arguments", ["", ",null"])
def test_null_alone_may_come_as_no_argument(arguments: str, tmp_path: Path) -> None:
    body = f"[one.say('2[\"told\"{arguments}]') for one in others]; ack('ok')"
    assert judged(tmp_path, body, BOTH, TELL, "{event: told, data: [null], at: bob}").verdict == "passed"
    assert judged(tmp_path, body, BOTH, TELL, "{event: told, data: [{}], at: bob}").verdict == "failed"


def test_the_session_of_an_ignored_client_may_end_while_it_sends(tmp_path: Path) -> None:
    body = """
if name == "bye":
    me.conn.shutdown(2)
else:
    ack("ok")
"""
    often = "{repeat: 50, do: [{emit: bye, data: [{repeat: x, times: 64KiB}], from: alice}]}"
    packet = "{packet: '2[\"bye\"]', from: alice}"
    asked = "{emit: ask, from: bob, ack: [ok]}"
    assert judged(tmp_path, body, BOTH, "ignore: alice", often, packet, asked).verdict == "passed"
    assert judged(tmp_path, body, BOTH, often, asked).verdict == "failed"


IN_A_CLUSTER = HEAD.replace("    steps:", "    needs: cluster\n    steps:")
WHERE = "ack(me.conn.getsockname()[1] == int(os.environ['PORT']))"
BOB_AT_2 = ("connect: alice", "{connect: bob, node: 2}")


def with_second_port(script: Path) -> Path:
    text = script.read_text("utf-8").replace("def main():", "def main(listener):")
    text = text.replace(
        '    listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128)', ""
    )
    started = """
second = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=main, args=(second,), daemon=True).start()
main(socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128))
"""
    script.write_text(text.replace("\nmain()\n", started), encoding="utf-8")
    return script


def test_a_client_connects_to_the_node_that_is_named(tmp_path: Path) -> None:
    script = with_second_port(socketio_script(tmp_path / "srv.py", WHERE))
    asked = ("{emit: x, from: alice, ack: [true]}", "{emit: x, from: bob, ack: [false]}")
    again = ("{connect: bob, node: 1}", "{emit: x, from: bob, ack: [true]}")
    result = judged_on(script, (*BOB_AT_2, *asked, *again), IN_A_CLUSTER, "cluster")
    assert (result.findings, result.verdict) == ([], "passed")


def test_a_node_that_is_not_there_is_nobodys_fault(tmp_path: Path) -> None:
    result = judged_on(socketio_script(tmp_path / "srv.py"), BOB_AT_2, IN_A_CLUSTER, "cluster")
    told = "needs node 2, and this server listens at 1 address: start all nodes by one command"
    assert (result.verdict, result.because) == ("skipped", told)


WITH_FENCE = HEAD.replace(
    "noise: [murmur]",
    "noise: [murmur]\nfences: [{emit: message, event: reply, seen: ['${by}'], reaches: all}]",
)
REPLIES = """
everybody = [me, *others]
if name == "message":
    [one.say('2["told"]') for one in SPOILED]
    [one.say(f'2["reply","{me.sids["/"]}"]') for one in everybody]
elif name == "look-alike":
    [one.say(f'2["reply","{me.sids["/"]}"]') for one in others]
    ack("ok")
elif name == "end":
    me.conn.shutdown(2)
"""


def test_what_has_come_before_the_fence_is_not_the_fence(tmp_path: Path) -> None:
    steps = [BOTH, "{emit: look-alike, from: alice, ack: [ok]}", "{no_event: told, at: bob}"]
    late = judged(tmp_path, REPLIES.replace("SPOILED", "others"), *steps, head=WITH_FENCE)
    assert (late.verdict, late.findings[0].received) == ("failed", 'the event ["told"]')
    steps += ["{event: reply, at: bob}"]
    right = judged(tmp_path, REPLIES.replace("SPOILED", "()"), *steps, head=WITH_FENCE)
    assert (right.findings, right.verdict) == ([], "passed")


def test_a_fence_whose_sender_is_put_out_is_not_waited_for(tmp_path: Path) -> None:
    steps = [BOTH, "{no_event: told, at: bob, fence: alice}"]
    result = judged(tmp_path, "me.conn.shutdown(2)", *steps, head=WITH_FENCE)
    assert [one.text for one in result.findings] == ["the server has ended the session of alice"]


def test_a_fence_for_all_does_not_wait_for_who_is_ignored(tmp_path: Path) -> None:
    steps = [BOTH, "ignore: alice", "{emit: end, from: alice}", "{no_event: told, at: bob}"]
    result = judged(tmp_path, REPLIES.replace("SPOILED", "()"), *steps, head=WITH_FENCE)
    assert (result.findings, result.verdict) == ([], "passed")


@pytest.mark.skipif(not importlib.util.find_spec("socketio"), reason="python-socketio is not installed")
def test_clients_take_long_polling_where_there_is_nothing_else(tmp_path: Path) -> None:
    script = tmp_path / "srv.py"
    script.write_text(
        """
import os, socketio
from werkzeug.serving import run_simple

sio = socketio.Server(async_mode="threading", transports=["polling"])
sio.on("echo", lambda sid, data: data)
run_simple("127.0.0.1", int(os.environ["PORT"]), socketio.WSGIApp(sio), threaded=True)
""",
        encoding="utf-8",
    )
    result = judged_on(script, [BOTH, "{emit: echo, data: [hi], from: [alice, bob], ack: [hi]}"])
    assert (result.findings, result.verdict) == ([], "passed")
