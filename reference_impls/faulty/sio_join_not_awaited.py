"""S10: does not await enter_room: nobody is ever in a room."""

from __future__ import annotations

from _socketio_base_async import AsyncMain, names, serve_async


class Faulty(AsyncMain):
    async def on_join(self, sid, data):
        for room in names(data["room"]):
            self.enter_room(sid, room)
        return "ok"


if __name__ == "__main__":
    serve_async(Faulty)
