"""S49: what other nodes emit reaches whoever was ever in the room."""

from __future__ import annotations

from collections import defaultdict

from _cluster_base import RedisManager, serve

ever: defaultdict[str, dict[str, str]] = defaultdict(dict)


class Faulty(RedisManager):
    def enter_room(self, sid, namespace, room, eio_sid=None):
        super().enter_room(sid, namespace, room, eio_sid)
        if room not in (None, sid):
            ever[room][sid] = self.eio_sid_from_sid(sid, namespace)

    def _handle_emit(self, message):
        self.is_from_afar = message["host_id"] != self.host_id
        super()._handle_emit(message)

    def get_participants(self, namespace, room):
        rooms = room if isinstance(room, list) else [room]
        if self.is_from_afar and ever.keys() & rooms:
            yield from {sid: eio_sid for one in rooms for sid, eio_sid in ever[one].items()}.items()
        else:
            yield from super().get_participants(namespace, room)


if __name__ == "__main__":
    serve(manager=Faulty)
