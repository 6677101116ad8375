"""The app of the Socket.IO contract, for servers with threads or greenlets. Its twin for servers with
async and await is _contract_async.py."""

from __future__ import annotations

import time

import socketio
from _settings import CAPABILITIES, OFFICIAL, REDIS_URL, names, server_settings


def new_server(async_mode: str) -> socketio.Server:
    manager = socketio.RedisManager(REDIS_URL) if REDIS_URL else None
    server = socketio.Server(async_mode=async_mode, client_manager=manager, **server_settings())
    server.register_namespace(Custom("/") if OFFICIAL else Main("/"))
    for namespace in (Chat("/chat"), Custom("/custom"), Private("/private")):
        server.register_namespace(namespace)
    if manager:
        meet_others(server)
    return server


def meet_others(server: socketio.Server) -> None:
    """Return when it hears the other processes. The library would begin to listen to them when its first
    client comes, who could miss what they emit until then."""
    import redis

    asked = redis.Redis.from_url(REDIS_URL)
    before = asked.pubsub_numsub(server.manager.channel)
    server.manager.initialize()
    server.manager_initialized = True
    while asked.pubsub_numsub(server.manager.channel) == before:
        time.sleep(0.001)


class Chat(socketio.Namespace):
    """Levels 1 and 2. What a handler returns is the ack, if the client wants one."""

    def on_join(self, sid, data):
        for room in names(data["room"]):
            self.enter_room(sid, room)
        return "ok"

    def on_leave(self, sid, data):
        for room in names(data["room"]):
            self.leave_room(sid, room)
        return "ok"

    def on_say(self, sid, data):
        said = {"room": data["room"], "text": data["text"], "from": sid}
        skipped = [*([sid] if data.get("others") else []), *names(data.get("skip"))]
        self.emit_to(data["room"], "said", said, skip_sid=skipped)
        return "ok"

    def on_broadcast(self, sid, data):
        shouted = {"text": data["text"], "from": sid}
        self.emit("shouted", shouted, skip_sid=sid if data.get("others") else None)
        return "ok"

    def on_whisper(self, sid, data):
        self.emit_to(data["to"], "whispered", {"text": data["text"], "from": sid})
        return "ok"

    def emit_to(self, target, event, data, **options):
        if rooms := names(target):
            self.emit(event, data, to=rooms, **options)

    # ------------------------------------------------------------ level 2

    def on_close_room(self, sid, data):
        for room in names(data["room"]):
            self.close_room(room)
        return "ok"

    def on_rooms(self, sid, data=None):
        return sorted(self.rooms(sid), key=str)

    def on_members(self, sid, data):
        rooms = names(data["room"])
        found = self.server.manager.get_participants(self.namespace, rooms) if rooms else []
        return sorted(member for member, _ in found)

    def on_ask(self, sid, data):
        is_open = {"question": True}

        def close(event, **answer):
            if is_open.pop("question", False):  # by an answer or by the end of the time, whichever is first
                self.emit(event, {"by": data["to"], **answer}, to=sid)

        def answered(*answer):
            close("answered", answer=list(answer))

        def wait(seconds):
            self.server.sleep(seconds)
            close("unanswered")

        for asked in names(data["to"]):
            self.emit("question", data["q"], to=asked, callback=answered)
        if timeout := data.get("timeout"):
            self.server.start_background_task(wait, timeout / 1000)
        return "ok"

    def on_kick(self, sid, data):
        self.disconnect(data["sid"])
        return "ok"

    def on_set(self, sid, data):
        with self.session(sid) as session:
            session[data["key"]] = data["value"]
        return "ok"

    def on_get(self, sid, data):
        return self.get_session(sid).get(data["key"])

    def on_countdown(self, sid, data):
        def count():
            for number in range(data["n"], -1, -1):
                self.emit("tick", number, to=sid)
                self.server.sleep(0)

        self.server.start_background_task(count)
        return "ok"

    def on_slow(self, sid, data):
        self.server.sleep(data["ms"] / 1000)
        return "ok"

    def on_boom(self, sid, data=None):
        raise RuntimeError("boom")


def echo(self, sid, *args):
    return args  # a tuple: each of them is an argument of the ack


setattr(Chat, "on_message-with-ack", echo)  # a name that cannot be written after def


class Main(Chat):
    """Level 0, the chat of the tutorial, and who comes and goes."""

    def on_connect(self, sid, environ, auth=None):
        self.emit("addChat", sid)

    def on_message(self, sid, *args):
        self.emit("reply", {"message": "hello", "sid": sid})

    def on_sendMessage(self, sid, data):
        self.emit_to(data.get("destId"), "reply", data.get("content"))

    def on_disconnect(self, sid, reason):
        self.emit("removeChat", sid, skip_sid=sid)

    def on_capabilities(self, sid, data=None):
        return {"contract": 1, "caps": CAPABILITIES, "server": f"python-socketio {self.server.async_mode}"}


class Custom(socketio.Namespace):
    """The app of the official test suite of the protocol."""

    def on_connect(self, sid, environ, auth=None):
        self.emit("auth", auth or {}, to=sid)

    def on_message(self, sid, *args):
        self.emit("message-back", args, to=sid)


setattr(Custom, "on_message-with-ack", echo)


class Private(socketio.Namespace):
    def on_connect(self, sid, environ, auth=None):
        if not isinstance(auth, dict) or auth.get("token") != "letmein":
            raise socketio.exceptions.ConnectionRefusedError("Not authorized")
