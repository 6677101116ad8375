"""S49: what other nodes emit to several rooms goes to each of them."""

from __future__ import annotations

from _cluster_base import RedisManager, serve


class Faulty(RedisManager):
    def _handle_emit(self, message):
        rooms = message["room"] if isinstance(message["room"], list) else [message["room"]]
        if message["host_id"] == self.host_id:
            return super()._handle_emit(message)
        for room in rooms:
            super()._handle_emit({**message, "room": room})
        return None


if __name__ == "__main__":
    serve(manager=Faulty)
