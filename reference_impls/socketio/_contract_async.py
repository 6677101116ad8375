"""The app of the Socket.IO contract, for servers with async and await. Its twin for servers with threads or
greenlets is _contract.py."""

from __future__ import annotations

import socketio
from _settings import CAPABILITIES, OFFICIAL, REDIS_URL, names, server_settings


def new_server(async_mode: str) -> socketio.AsyncServer:
    manager = socketio.AsyncRedisManager(REDIS_URL) if REDIS_URL else None
    server = socketio.AsyncServer(async_mode=async_mode, client_manager=manager, **server_settings())
    server.register_namespace(Custom("/") if OFFICIAL else Main("/"))
    for namespace in (Chat("/chat"), Custom("/custom"), Private("/private")):
        server.register_namespace(namespace)
    return server


class Chat(socketio.AsyncNamespace):
    """Levels 1 and 2. What a handler returns is the ack, if the client wants one."""

    async def on_join(self, sid, data):
        for room in names(data["room"]):
            await self.enter_room(sid, room)
        return "ok"

    async def on_leave(self, sid, data):
        for room in names(data["room"]):
            await self.leave_room(sid, room)
        return "ok"

    async def on_say(self, sid, data):
        said = {"room": data["room"], "text": data["text"], "from": sid}
        skipped = [*([sid] if data.get("others") else []), *names(data.get("skip"))]
        await self.emit_to(data["room"], "said", said, skip_sid=skipped)
        return "ok"

    async def on_broadcast(self, sid, data):
        shouted = {"text": data["text"], "from": sid}
        await self.emit("shouted", shouted, skip_sid=sid if data.get("others") else None)
        return "ok"

    async def on_whisper(self, sid, data):
        await self.emit_to(data["to"], "whispered", {"text": data["text"], "from": sid})
        return "ok"

    async def emit_to(self, target, event, data, **options):
        if rooms := names(target):
            await self.emit(event, data, to=rooms, **options)

    # ------------------------------------------------------------ level 2

    async def on_close_room(self, sid, data):
        for room in names(data["room"]):
            await self.close_room(room)
        return "ok"

    async def on_rooms(self, sid, data=None):
        return sorted(self.rooms(sid), key=str)

    async def on_members(self, sid, data):
        rooms = names(data["room"])
        found = self.server.manager.get_participants(self.namespace, rooms) if rooms else []
        return sorted(member for member, _ in found)

    async def on_ask(self, sid, data):
        is_open = {"question": True}

        async def close(event, **answer):
            if is_open.pop("question", False):  # by an answer or by the end of the time, whichever is first
                await self.emit(event, {"by": data["to"], **answer}, to=sid)

        async def answered(*answer):
            await close("answered", answer=list(answer))

        async def wait(seconds):
            await self.server.sleep(seconds)
            await close("unanswered")

        for asked in names(data["to"]):
            await self.emit("question", data["q"], to=asked, callback=answered)
        if timeout := data.get("timeout"):
            self.server.start_background_task(wait, timeout / 1000)
        return "ok"

    async def on_kick(self, sid, data):
        await self.disconnect(data["sid"])
        return "ok"

    async def on_set(self, sid, data):
        async with self.session(sid) as session:
            session[data["key"]] = data["value"]
        return "ok"

    async def on_get(self, sid, data):
        return (await self.get_session(sid)).get(data["key"])

    async def on_countdown(self, sid, data):
        async def count():
            for number in range(data["n"], -1, -1):
                await self.emit("tick", number, to=sid)
                await self.server.sleep(0)

        self.server.start_background_task(count)
        return "ok"

    async def on_slow(self, sid, data):
        await self.server.sleep(data["ms"] / 1000)
        return "ok"

    async def on_boom(self, sid, data=None):
        raise RuntimeError("boom")


async def echo(self, sid, *args):
    return args  # a tuple: each of them is an argument of the ack


setattr(Chat, "on_message-with-ack", echo)  # a name that cannot be written after def


class Main(Chat):
    """Level 0, the chat of the tutorial, and who comes and goes."""

    async def on_connect(self, sid, environ, auth=None):
        await self.emit("addChat", sid)

    async def on_message(self, sid, *args):
        await self.emit("reply", {"message": "hello", "sid": sid})

    async def on_sendMessage(self, sid, data):
        await self.emit_to(data.get("destId"), "reply", data.get("content"))

    async def on_disconnect(self, sid, reason):
        await self.emit("removeChat", sid, skip_sid=sid)

    async def on_capabilities(self, sid, data=None):
        return {"contract": 1, "caps": CAPABILITIES, "server": f"python-socketio {self.server.async_mode}"}


class Custom(socketio.AsyncNamespace):
    """The app of the official test suite of the protocol."""

    async def on_connect(self, sid, environ, auth=None):
        await self.emit("auth", auth or {}, to=sid)

    async def on_message(self, sid, *args):
        await self.emit("message-back", args, to=sid)


setattr(Custom, "on_message-with-ack", echo)


class Private(socketio.AsyncNamespace):
    async def on_connect(self, sid, environ, auth=None):
        if not isinstance(auth, dict) or auth.get("token") != "letmein":
            raise socketio.exceptions.ConnectionRefusedError("Not authorized")
