"""What the probe says of servers that answer HTTP: how they speak Socket.IO, and else what to do."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path

import pytest
from socketio_servers import socketio_script

from pytest_netconform.run.probe import probe
from pytest_netconform.run.profile import Profile
from pytest_netconform.target import Target

HTTP = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, body = answer(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

def answer(path):
    {body}

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
LIBRARY = """
import os, socketio
from werkzeug.serving import run_simple

sio = socketio.Server(async_mode="threading"{options})
{body}
run_simple("127.0.0.1", int(os.environ["PORT"]), socketio.WSGIApp(sio), threaded=True)
"""


def seen(path: Path, text: str = "") -> Profile:
    """The profile of the server in this script."""
    if text:
        path.write_text(text, encoding="utf-8")
    probed = probe(Target("srv", shlex.join([sys.executable, str(path)])), patience=0.2)
    assert probed.profile is not None, probed.fault
    return probed.profile


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "return 404, b'not found'",
            "no Engine.IO handshake at /socket.io/: status 404. Start the app that has",
        ),
        (
            "return 200, b'<html>'",
            "no Engine.IO handshake at /socket.io/: status 200. Start the app that has",
        ),
        (
            "return 400, b'no such version'",
            "/socket.io/: status 400 (no such version). Start the app that has",
        ),
        ('return 200, b\'97:0{"sid":"x"}2:40\'', "speaks Engine.IO 3, of Socket.IO 2 and older: update"),
        (
            'return 200, b\'\\0\\x09\\x07\\xff0{"sid":"x"}\'',
            "speaks Engine.IO 3, of Socket.IO 2 and older: update",
        ),
        (
            "return (200, b'97:0{\"sid\":\"x\"}') if 'EIO=3' in path else (400, b'unsupported version')",
            "speaks Engine.IO 3, of Socket.IO 2 and older: update",
        ),
        (
            "return 200, b'0{\"sid\":7}'",
            "answers the Engine.IO handshake at /socket.io/, but cannot be used: ",
        ),
    ],
)
def test_a_server_without_socketio_is_told_what_is_missing(tmp_path: Path, body: str, sentence: str) -> None:
    profile = seen(tmp_path / "srv.py", HTTP.replace("{body}", body))
    assert profile.speaks == "unknown"
    assert sentence in profile.seen


def by_hand(tmp_path: Path, *changes: tuple[str, str]) -> Profile:
    """The profile of the hand-made server with these changes of its source."""
    script = socketio_script(tmp_path / "srv.py")
    text = script.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return seen(script, text)


def test_one_transport_is_enough(tmp_path: Path) -> None:
    profile = by_hand(tmp_path)
    assert profile.seen.startswith("speaks Socket.IO (websocket only), announces no capabilities")
    assert profile.has("websocket")
    assert not profile.has("polling")


@pytest.mark.skipif(not importlib.util.find_spec("socketio"), reason="python-socketio is not installed")
def test_long_polling_alone_is_told_with_what_websocket_needs(tmp_path: Path) -> None:
    text = LIBRARY.format(options=', transports=["polling"]', body="sio.on('message', lambda *args: None)")
    profile = seen(tmp_path / "srv.py", text)
    assert profile.seen.startswith("speaks Socket.IO (long-polling only: for WebSocket install what")
    assert profile.has("polling")
    assert not profile.has("websocket")


def test_who_is_let_in_nowhere_is_told_where(tmp_path: Path) -> None:
    refusing = by_hand(tmp_path, ('if namespace in ("/", "/chat")', 'if namespace == "/chat"'))
    assert refusing.speaks == "unknown"
    assert refusing.seen == (
        'speaks Engine.IO, but refuses CONNECT with {"message": "Invalid namespace"}: '
        "serve the app's events in the namespace /"
    )
    silent = by_hand(tmp_path, ("        connect(me, namespace, prefix)", "        pass"))
    assert "speaks Engine.IO, but does not answer CONNECT" in silent.seen


ASKED = 'if name != "capabilities":  # it announces none'


@pytest.mark.parametrize(
    ("answer", "sentence", "caps"),
    [
        ("pass", "announces no capabilities: the seed events only", ()),
        ("ack()", "announces no capabilities: the seed events only", ()),
        ("ack('rooms')", 'answers "capabilities" with what is no {"caps": [...]}: the seed events only', ()),
        ("ack({'caps': 'rooms'})", 'answers "capabilities" with what is no {"caps": [...]}', ()),
        ("ack({'caps': ['rooms', 'echo', 7]})", "announces 2 capabilities", ("rooms", "ack-echo")),
        ("ack({'caps': ['rooms'], 'server': 'mine'})", "announces 1 capability; mine", ("rooms",)),
        (
            "ack({'caps': ['rooms', 'whispers']})",
            "announces 1 capability, and 'whispers', which is none; did you mean 'whisper'?",
            ("rooms",),
        ),
    ],
)
def test_capabilities_are_taken_as_announced(
    tmp_path: Path, answer: str, sentence: str, caps: tuple[str, ...]
) -> None:
    asked = f'if name == "capabilities":\n            {answer}\n        else:'
    profile = by_hand(tmp_path, (ASKED, asked))
    assert profile.speaks == "socketio"
    assert profile.seen.startswith("speaks Socket.IO (websocket only), ")
    assert sentence in profile.seen
    assert all(map(profile.has, ("seed", *caps)))
    assert profile.has("broadcast") is False
