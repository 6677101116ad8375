"""S49: a node takes its own messages out of the queue as well."""

from __future__ import annotations

from _cluster_base import RedisManager, serve


class Faulty(RedisManager):
    def _publish(self, data):
        super()._publish(data)
        if data["method"] == "emit":
            self._handle_emit(data)


if __name__ == "__main__":
    serve(manager=Faulty)
