"""S34: a join that is handled after its client has gone puts it into the list of members for ever."""

from __future__ import annotations

import time
from collections import defaultdict

from _socketio_base import Main, names, serve

inside: defaultdict[str, set[str]] = defaultdict(set)


class Faulty(Main):
    def on_join(self, sid, data):
        result = super().on_join(sid, data)
        time.sleep(0.05)  # asks a database whether it may
        for room in names(data["room"]):
            inside[room].add(sid)
        return result

    def on_leave(self, sid, data):
        for room in names(data["room"]):
            inside[room].discard(sid)
        return super().on_leave(sid, data)

    def on_disconnect(self, sid, reason):
        for members in list(inside.values()):
            members.discard(sid)
        super().on_disconnect(sid, reason)

    def on_members(self, sid, data):
        return sorted(inside[data["room"]])


if __name__ == "__main__":
    serve(Faulty, async_handlers=True)
