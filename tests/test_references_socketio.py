"""The Socket.IO reference servers serve the contract. The client is python-socketio: the judge must not
judge itself.

Its handlers run in a thread for each packet, so that the order of what it receives is not told.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
import urllib3
from libraries import skip_without_libraries_of

from pytest_netconform.bundled import LANGUAGES, called
from pytest_netconform.deadline import Deadline
from pytest_netconform.errors import EnvironmentFault
from pytest_netconform.target import Instance, Target, landlock
from pytest_netconform.target.rungs import Rung
from pytest_netconform.target.toolchain import command_line

FOLDER = Path(__file__).parents[1] / "reference_impls/socketio"
FILES = sorted(p for p in FOLDER.iterdir() if p.suffix in LANGUAGES and not p.name.startswith("_"))
SEED = "socketio_tutorial"
PATIENCE = 20.0
CHAT = "/chat"
ALL = {
    *("rooms", "rooms.list", "rooms.members", "rooms.union", "rooms.close", "broadcast", "whisper", "echo"),
    *("server-ack", "server-ack.timeout", "server-disconnect", "presence", "session", "background", "slow"),
    *("error-isolation", "ns.chat", "official-ns", "refuse"),
}

Event = tuple[str, tuple[Any, ...]]


class Dialling(requests.adapters.HTTPAdapter):
    """Connects by sockets that the test makes."""

    def __init__(self, dial: Callable[[], socket.socket]) -> None:
        class Connection(urllib3.connection.HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return dial()

        class Pool(urllib3.HTTPConnectionPool):
            ConnectionCls = Connection

        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {"http": Pool}


class Client:
    """A client that keeps the events of its namespace until they are asked for."""

    def __init__(self, instance: Instance, transport: str, namespace: str = CHAT) -> None:
        self.namespace = namespace
        self.answer: tuple[Any, ...] | None = None
        self.thinks = 0.0
        self._instance = instance
        self._transport = transport
        self._sockets: list[socket.socket] = []
        self._received: list[Event] = []
        self._news = threading.Condition()
        self._session = requests.Session()
        self._session.mount("http://", Dialling(self._dial))
        options = {"socket": self._dial()} if transport == "websocket" else {}
        self._client = socketio.Client(
            reconnection=False, http_session=self._session, websocket_extra_options=options
        )
        for event in ("*", "connect_error", "disconnect"):
            self._client.on(event, self._handler(event), namespace=namespace)

    def _dial(self) -> socket.socket:
        dialled = self._instance.socket()
        self._sockets.append(dialled)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        dialled.settimeout(PATIENCE)
        dialled.connect(self._instance.address())
        return dialled

    def connect(self, auth: Any = None, wait: bool = True) -> Client:
        self._client.connect(
            url(self._instance),
            auth=auth,
            transports=[self._transport],
            namespaces=[self.namespace],
            wait=wait,
            wait_timeout=PATIENCE,
        )
        return self

    @property
    def sid(self) -> str:
        sid: str = self._client.get_sid(self.namespace)
        return sid

    def _handler(self, registered: str) -> Callable[..., tuple[Any, ...] | None]:
        def handle(*args: Any) -> tuple[Any, ...] | None:
            event, data = (args[0], args[1:]) if registered == "*" else (registered, args)
            with self._news:
                self._received.append((event, data))
                self._news.notify()
            if event != "question":
                return None
            time.sleep(self.thinks)
            return self.answer

        return handle

    def send(self, event: str, *data: Any) -> None:
        self._client.emit(event, data, namespace=self.namespace)

    def call(self, event: str, *data: Any) -> Any:
        return self._client.call(event, data, namespace=self.namespace, timeout=PATIENCE)

    def take(self, event: str, *data: Any) -> tuple[Any, ...]:
        """The arguments of one such event, when it has come; one with these arguments, if there are any."""

        def found() -> Event | None:
            return next((e for e in self._received if e[0] == event and data in ((), e[1])), None)

        with self._news:
            taken = self._news.wait_for(found, PATIENCE)
            assert taken, f"no {event}{data} has come, but {self._received}"
            self._received.remove(taken)
            return taken[1]

    def got_nothing_else(self, fence_by: Client) -> bool:
        """Whether nothing but presence has come before a whisper of that client."""
        assert fence_by.call("whisper", {"to": self.sid, "text": "fence"}) == "ok"
        self.take("whispered", {"text": "fence", "from": fence_by.sid})
        return [event for event in self._received if event[0] not in ("addChat", "removeChat")] == []

    def close(self) -> None:
        """Be gone. A client with good manners would wait for seconds until the server lets it go."""
        reader = self._client.eio.read_loop_task
        while reader.is_alive():  # it may be just about to connect again, or wait for the writer
            self._client.eio.queue.put(None)
            for sock in tuple(self._sockets):
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            reader.join(0.02)
        self._session.close()
        for sock in self._sockets:
            if (number := sock.detach()) >= 0:  # close() would wait for a reply that somebody holds
                os.close(number)


Connect = Callable[..., Client]


def started(path: Path, rung: Rung = "process", **env: str) -> Instance:
    """Skips the test where the server cannot run on this machine."""
    if path.suffix == ".py":
        skip_without_libraries_of(path)
    try:
        command_line(path)
    except EnvironmentFault as exc:
        pytest.skip("; ".join((str(exc), *exc.explanation[:1])))
    return Target("server", f"ref:{called(path.stem)}", env=env, rung=rung).start()


@contextlib.contextmanager
def running(path: Path, rung: Rung = "process", **env: str) -> Iterator[Instance]:
    instance = started(path, rung, **env)
    try:
        yield instance
    finally:
        instance.stop()


def url(instance: Instance) -> str:
    host, port = instance.address()
    return f"http://{host}:{port}"


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def server(request: pytest.FixtureRequest) -> Iterator[Instance]:
    with running(request.param) as instance:
        yield instance


@pytest.fixture
def full(server: Instance) -> Instance:
    """A server of the whole contract."""
    if SEED in server.target.command.replace("-", "_"):
        pytest.skip("it serves the tutorial's app alone")
    return server


@pytest.fixture(params=["polling", "websocket"])
def transport(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def connect(server: Instance, transport: str) -> Iterator[Connect]:
    clients: list[Client] = []

    def connected(namespace: str = CHAT, auth: Any = None) -> Client:
        clients.append(Client(server, transport, namespace))
        return clients[-1].connect(auth)

    yield connected
    for client in clients:
        client.close()


# ---------------------------------------------------------------- the tutorial's app


def test_everybody_hears_who_comes_and_who_speaks(connect: Connect) -> None:
    alice = connect("/")
    alice.take("addChat", alice.sid)
    bob = connect("/")
    bob.take("addChat", bob.sid)
    alice.take("addChat", bob.sid)
    bob.send("message", "x")
    for client in (alice, bob):
        client.take("reply", {"message": "hello", "sid": bob.sid})


@pytest.mark.parametrize(
    "content", ["secret 你好😀", 1, {"a": [None, 1.5]}, ["x"], "", True, b"\x00\xff"], ids=repr
)
def test_what_is_sent_to_one_reaches_that_one_alone(connect: Connect, content: Any) -> None:
    alice, bob, carol = connect("/"), connect("/"), connect("/")
    alice.send("sendMessage", {"content": content, "destId": bob.sid})
    bob.take("reply", content)
    alice.send("message", "fence")
    for client in (alice, carol):
        client.take("reply", {"message": "hello", "sid": alice.sid})
        assert [event for event in client._received if event[0] == "reply"] == []


def test_who_comes_after_a_client_that_went_is_served(connect: Connect) -> None:
    connect("/").close()
    alice = connect("/")
    alice.send("message", "x")
    alice.take("reply", {"message": "hello", "sid": alice.sid})


# ---------------------------------------------------------------- level 1


@pytest.fixture(params=["/", CHAT])
def trio(request: pytest.FixtureRequest, full: Instance, connect: Connect) -> tuple[Client, Client, Client]:
    alice, bob, carol = (connect(request.param) for _ in "abc")
    return alice, bob, carol


Trio = tuple[Client, Client, Client]


def test_a_room_gets_what_is_said_there_until_one_leaves(trio: Trio) -> None:
    alice, bob, carol = trio
    assert bob.call("join", {"room": "r"}) == "ok"
    assert bob.call("join", {"room": "r"}) == "ok"
    assert alice.call("say", {"room": "r", "text": "hi"}) == "ok"
    bob.take("said", {"room": "r", "text": "hi", "from": alice.sid})
    assert bob.call("leave", {"room": "r"}) == "ok"
    assert bob.call("leave", {"room": "never joined"}) == "ok"
    assert alice.call("say", {"room": "r", "text": "again"}) == "ok"
    assert all(client.got_nothing_else(alice) for client in (bob, carol))
    assert alice.got_nothing_else(bob)


def test_what_is_said_can_spare_the_sender_or_another(trio: Trio) -> None:
    alice, bob, carol = trio
    for client in trio:
        client.call("join", {"room": ["spared", "other"]})
    for options, members in (
        ({}, trio),
        ({"others": True}, (bob, carol)),
        ({"skip": bob.sid}, (alice, carol)),
        ({"others": True, "skip": carol.sid}, (bob,)),
    ):
        assert alice.call("say", {"room": "spared", "text": "x", **options}) == "ok"
        for client in members:
            client.take("said", {"room": "spared", "text": "x", "from": alice.sid})
        assert all(client.got_nothing_else(alice) for client in trio)


def test_a_broadcast_reaches_everybody_of_its_namespace(trio: Trio, connect: Connect) -> None:
    alice, bob, carol = trio
    elsewhere = connect("/" if alice.namespace == CHAT else CHAT)
    assert alice.call("broadcast", {"text": "x"}) == "ok"
    assert alice.call("broadcast", {"text": "y", "others": True}) == "ok"
    for client in trio:
        client.take("shouted", {"text": "x", "from": alice.sid})
    for client in (bob, carol):
        client.take("shouted", {"text": "y", "from": alice.sid})
    assert all(client.got_nothing_else(alice) for client in trio)
    assert elsewhere.got_nothing_else(elsewhere)


@pytest.mark.parametrize("nobody", [None, "", [], [None, ""], "no such"], ids=repr)
def test_no_target_is_nobody(trio: Trio, nobody: Any) -> None:
    alice = trio[0]
    assert alice.call("whisper", {"to": nobody, "text": "private"}) == "ok"
    assert alice.call("say", {"room": nobody, "text": "private"}) == "ok"
    assert alice.call("ask", {"to": nobody, "q": "private"}) == "ok"
    assert alice.call("close_room", {"room": nobody}) == "ok"
    assert alice.call("members", {"room": nobody}) == []
    if alice.namespace == "/":
        alice.send("sendMessage", {"content": "private", "destId": nobody})
        alice.call("rooms")
    assert all(client.got_nothing_else(alice) for client in trio)


@pytest.mark.parametrize("args", [(), (1,), (1, "2", {"3": [False]}), ("你好😀", b"\x00\xff")], ids=repr)
def test_what_comes_is_acknowledged_with_itself(trio: Trio, args: tuple[Any, ...]) -> None:
    expected = {0: None, 1: args[0] if args else None}.get(len(args), args)
    assert trio[0].call("message-with-ack", *args) == expected


# ---------------------------------------------------------------- level 2


def test_who_is_where_is_told(trio: Trio) -> None:
    alice, bob, carol = trio
    room = f"of {alice.sid}"  # clients of other tests may linger in theirs
    assert alice.call("rooms") == [alice.sid]
    for client in (alice, bob):
        client.call("join", {"room": [room, "x"]})
    assert alice.call("rooms") == sorted([alice.sid, room, "x"])
    assert carol.call("members", {"room": room}) == sorted([alice.sid, bob.sid])
    alice.call("kick", {"sid": bob.sid})
    assert carol.call("members", {"room": room}) == [alice.sid]


def test_a_union_of_rooms_delivers_once(trio: Trio) -> None:
    alice, bob, carol = trio
    bob.call("join", {"room": ["u", "v"]})
    carol.call("join", {"room": "v"})
    assert alice.call("say", {"room": ["no such", "u", "v"], "text": "x"}) == "ok"
    for client in (bob, carol):
        client.take("said", {"room": ["no such", "u", "v"], "text": "x", "from": alice.sid})
    assert all(client.got_nothing_else(alice) for client in trio)


def test_a_closed_room_is_empty_and_can_be_joined_again(trio: Trio) -> None:
    alice, bob, carol = trio
    room = f"of {alice.sid}"
    for client in (bob, carol):
        client.call("join", {"room": [room, f"kept {room}"]})
    assert alice.call("close_room", {"room": room}) == "ok"
    alice.call("say", {"room": room, "text": "x"})
    assert all(client.got_nothing_else(alice) for client in trio)
    assert bob.call("join", {"room": room}) == "ok"
    assert alice.call("members", {"room": room}) == [bob.sid]
    assert alice.call("members", {"room": f"kept {room}"}) == sorted([bob.sid, carol.sid])


@pytest.mark.parametrize("answer", [("yes", 2, None), (), (b"\x00\xff",)], ids=repr)
def test_a_question_is_answered(trio: Trio, answer: tuple[Any, ...]) -> None:
    alice, bob, _ = trio
    bob.answer = answer
    assert alice.call("ask", {"to": bob.sid, "q": {"why": "?"}}) == "ok"
    bob.take("question", {"why": "?"})
    alice.take("answered", {"by": bob.sid, "answer": list(answer)})
    assert all(client.got_nothing_else(alice) for client in trio)


def test_a_question_that_nobody_answers_in_time_is_unanswered(trio: Trio) -> None:
    alice, bob, _ = trio
    bob.thinks = 0.3
    assert alice.call("ask", {"to": bob.sid, "q": "?", "timeout": 50}) == "ok"
    alice.take("unanswered", {"by": bob.sid})
    assert bob.call("slow", {"ms": 600}) == "ok"  # meanwhile its answer arrives, too late
    assert alice.got_nothing_else(bob)


def test_who_is_kicked_is_disconnected_and_in_no_room(trio: Trio) -> None:
    alice, bob, carol = trio
    bob.call("join", {"room": f"of {alice.sid}"})
    assert alice.call("kick", {"sid": "no such"}) == "ok"
    assert alice.call("kick", {"sid": bob.sid}) == "ok"
    bob.take("disconnect")
    assert alice.call("members", {"room": f"of {alice.sid}"}) == []
    assert carol.got_nothing_else(alice)


def test_everybody_hears_who_goes(full: Instance, connect: Connect) -> None:
    alice, bob, carol = connect("/"), connect("/"), connect("/")
    sid = bob.sid
    carol.call("kick", {"sid": sid})
    alice.take("removeChat", sid)
    assert alice.got_nothing_else(alice)
    assert ("removeChat", (sid,)) not in alice._received


def test_each_connection_has_its_session(trio: Trio) -> None:
    alice, bob, _ = trio
    assert alice.call("set", {"key": "k", "value": {"v": [1]}}) == "ok"
    assert alice.call("get", {"key": "k"}) == {"v": [1]}
    assert bob.call("get", {"key": "k"}) is None


def test_a_countdown_goes_on_in_the_background(trio: Trio) -> None:
    alice = trio[0]
    assert alice.call("countdown", {"n": 10}) == "ok"  # the client takes no more than 16 packets at a time
    for number in range(11):
        alice.take("tick", number)
    assert all(client.got_nothing_else(alice) for client in trio)


def test_a_slow_handler_makes_nobody_wait(trio: Trio) -> None:
    alice, bob, _ = trio
    with_ack: list[Any] = []
    alice._client.emit("slow", {"ms": 1500}, namespace=alice.namespace, callback=with_ack.append)
    for _ in range(10):
        assert bob.call("message-with-ack", 1) == 1
    assert with_ack == []
    assert alice.call("slow", {"ms": 10}) == "ok"


@pytest.mark.parametrize(
    "data", [("boom",), ("join",), ("join", 7), ("say", {}), ("slow", {"ms": "x"})], ids=repr
)
def test_an_error_in_a_handler_hurts_nobody(trio: Trio, data: tuple[Any, ...]) -> None:
    alice, bob, _ = trio
    for _ in range(2):
        alice.send(*data)
    for client in (alice, bob):
        assert client.call("message-with-ack", "alive") == "alive"


def test_what_it_can_do_is_announced(full: Instance, connect: Connect) -> None:
    told = connect("/").call("capabilities")
    assert told["contract"] == 1
    assert set(told["caps"]) >= ALL
    assert len(set(told["caps"])) == len(told["caps"])
    assert told["server"]


# ---------------------------------------------------------------- level 3


def test_namespaces_have_rooms_of_their_own(full: Instance, connect: Connect) -> None:
    main, chat = connect("/"), connect(CHAT)
    room = f"of {main.sid}"
    for client in (main, chat):
        assert client.call("join", {"room": room}) == "ok"
        assert client.call("members", {"room": room}) == [client.sid]
    assert chat.call("whisper", {"to": main.sid, "text": "x"}) == "ok"
    assert chat.call("say", {"room": room, "text": "x"}) == "ok"
    assert main.got_nothing_else(main)


@pytest.mark.parametrize("auth", [None, {"token": "123"}], ids=repr)
def test_the_official_namespace_says_what_it_was_told(full: Instance, connect: Connect, auth: Any) -> None:
    client = connect("/custom", auth)
    client.take("auth", auth or {})
    assert_official(client)


def assert_official(client: Client) -> None:
    data = (1, "2", {"3": [True]}, b"\x01")
    client.send("message", *data)
    client.take("message-back", *data)
    assert client.call("message-with-ack", *data) == data


@pytest.mark.parametrize("auth", [None, {}, {"token": "wrong"}], ids=repr)
def test_who_has_no_token_is_refused(full: Instance, connect: Connect, transport: str, auth: Any) -> None:
    assert connect("/private", {"token": "letmein"}).sid
    refused = Client(full, transport, "/private")
    try:
        refused.connect(auth, wait=False).take("connect_error", {"message": "Not authorized"})
    finally:
        refused.close()


# ---------------------------------------------------------------- its environment and its end


@pytest.fixture(params=[path for path in FILES if path.stem != SEED], ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_the_environment_sets_its_limits(path: Path) -> None:
    env = {
        "NETCONFORM_PING_INTERVAL_MS": "2000",
        "NETCONFORM_PING_TIMEOUT_MS": "1500",
        "NETCONFORM_MAX_PAYLOAD": "123456",
        "NETCONFORM_CORS": "http://a.example,http://b.example",
    }
    with running(path, **env) as instance:
        page = f"{url(instance)}/socket.io/?EIO=4&transport=polling"
        reply = requests.get(page, headers={"Origin": "http://b.example"}, timeout=PATIENCE)
    told = json.loads(reply.text[1:])
    assert reply.headers["Access-Control-Allow-Origin"] == "http://b.example"
    assert (told["pingInterval"], told["pingTimeout"], told["maxPayload"]) == (2000, 1500, 123456)


def test_the_official_profile_is_on_the_main_namespace(path: Path) -> None:
    with running(path, SIO_PROFILE="official") as instance:
        client = Client(instance, "websocket", "/")
        try:
            client.connect({"token": "123"}).take("auth", {"token": "123"})
            assert_official(client)
        finally:
            client.close()


def test_sigterm_ends_it_at_once_although_a_client_stays(path: Path, transport: str) -> None:
    with running(path) as instance:
        client = Client(instance, transport).connect()
        try:
            instance.signal(signal.SIGTERM)
            instance.wait_exit(Deadline(2.0))
        finally:
            client.close()


def serves(path: Path, rung: Rung, transport: str) -> bool:
    with running(path, rung) as instance:
        client = Client(instance, transport)
        try:
            return client.connect().call("message-with-ack", 1) == 1
        finally:
            client.close()


@pytest.mark.usefixtures("box")
def test_it_serves_in_a_box(path: Path, transport: str) -> None:
    assert serves(path, "box", transport)


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_it_serves_under_landlock(path: Path, transport: str) -> None:
    assert serves(path, "landlock", transport)
