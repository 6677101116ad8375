"""What the probe says of servers of every kind."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from servers import script, udp_script

from pytest_netconform.run.probe import probe
from pytest_netconform.run.profile import Probed, Profile
from pytest_netconform.target import Target


def probed(tmp_path: Path, body: str) -> Probed:
    command = shlex.join([sys.executable, str(script(tmp_path / "srv.py", body))])
    return probe(Target("srv", command), patience=0.2)


@pytest.mark.parametrize(
    ("body", "speaks", "reply", "seen"),
    [
        ("conn.sendall(data)", "echo", "", "echoes"),
        ("conn.sendall(data); break", "echo", "", "echoes, but only the first message of a connection"),
        ("conn.sendall(b'ok!')", "acknowledge", "ok!", "answers 'ok!' to everything"),
        (
            "[conn.sendall(bytes([b])) for b in b'threadOK!']",
            "acknowledge",
            "threadOK!",
            "answers 'threadOK!'",
        ),
        ("conn.sendall('信息已收到'.encode('gbk'))", "acknowledge", "信息已收到", "answers '信息已收到'"),
        ("conn.sendall(b'ok!' * len(data[::3]))", "acknowledge", "ok!", "answers 'ok!' to everything"),
        ("conn.sendall(b'haha')", "acknowledge", "haha", "answers 'haha' to everything"),
        ("conn.sendall(data.upper())", "unknown", "", 'answers "NETCONFORMPROBE!"'),
        ("pass", "nothing", "", "accepts, but answers nothing"),
        ("b'\\n' in data and conn.sendall(data)", "unknown", "", "but only after a newline"),
    ],
)
def test_the_probe_tells_what_a_server_speaks(
    tmp_path: Path, body: str, speaks: str, reply: str, seen: str
) -> None:
    found = probed(tmp_path, body).profile
    assert found is not None
    assert (found.speaks, found.reply) == (speaks, reply)
    assert seen in found.seen


def udp_probed(tmp_path: Path, body: str) -> Profile:
    command = shlex.join([sys.executable, str(udp_script(tmp_path / "srv.py", body))])
    profile = probe(Target("srv", command), patience=0.2).profile
    assert profile is not None
    return profile


@pytest.mark.parametrize(
    ("body", "speaks", "reply", "seen"),
    [
        ("udp.sendto(data, address)", "echo", "", "echoes (UDP)"),
        ("udp.sendto(data, address); udp.sendto(data, address)", "echo", "", "echoes (UDP)"),
        ("udp.sendto(data, address); break", "echo", "", "echoes (UDP), but only the first datagram"),
        ("udp.sendto(b'ok!', address)", "acknowledge", "ok!", "answers 'ok!' to everything (UDP)"),
        ("udp.sendto(data.upper(), address)", "unknown", "", 'answers "NETCONFORMPROBE!"'),
        ("pass", "nothing", "", "takes datagrams, but answers nothing (UDP)"),
        (
            "socket.socket(type=socket.SOCK_DGRAM).sendto(data, address)",
            "echo",
            "",
            "echoes (UDP), but from another port than the one that was asked",
        ),
    ],
)
def test_the_probe_tells_what_a_server_of_datagrams_speaks(
    tmp_path: Path, body: str, speaks: str, reply: str, seen: str
) -> None:
    found = udp_probed(tmp_path, body)
    assert (found.transport, found.speaks, found.reply) == ("udp", speaks, reply)
    assert found.seen.startswith(seen)
    assert not found.has("closes-at-eof")


def test_the_probe_tells_what_a_server_of_datagrams_prints(tmp_path: Path) -> None:
    body = "print('got', data.decode('gbk', 'replace'), flush=True); udp.sendto(data, address)"
    assert udp_probed(tmp_path, body).seen == "echoes (UDP), prints what it receives (GBK)"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_the_probe_tells_in_which_encoding_a_server_prints(tmp_path: Path, encoding: str) -> None:
    body = f"print('got', data.decode({encoding!r}, 'replace'), flush=True); conn.sendall(data)"
    found = probed(tmp_path, body).profile
    assert found is not None
    assert found.has("prints")
    assert found.encoding == encoding


def test_a_server_that_prints_nothing_does_not_print(tmp_path: Path) -> None:
    found = probed(tmp_path, "conn.sendall(data)").profile
    assert found is not None
    assert not found.has("prints")
    assert found.has("no-prints")


def test_a_server_that_stays_open_is_seen_to(tmp_path: Path) -> None:
    script(tmp_path / "srv.py")
    text = (
        (tmp_path / "srv.py")
        .read_text("utf-8")
        .replace("    with conn:", "    kept.append(conn)\n    if True:")
    )
    (tmp_path / "srv.py").write_text("kept = []\n" + text, encoding="utf-8")
    found = probe(Target("srv", shlex.join([sys.executable, str(tmp_path / "srv.py")])), 0.2).profile
    assert found is not None
    assert not found.has("closes-at-eof")
    assert "keeps its side open" in found.seen


def test_a_target_that_cannot_be_started_is_an_answer_too(tmp_path: Path) -> None:
    (tmp_path / "srv.py").write_text("import no_such_module", encoding="utf-8")
    found = probe(Target("srv", shlex.join([sys.executable, str(tmp_path / "srv.py")])))
    assert found.profile is None
    assert found.blame == "target"
    assert "no_such_module" in "\n".join([found.fault, *found.explanation])


def test_a_probe_travels_as_plain_data(tmp_path: Path) -> None:
    found = probed(tmp_path, "conn.sendall(b'ok!')")
    assert Probed.from_dict(found.as_dict()) == found
