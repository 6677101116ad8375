"""S49: what a client of another node answers is lost."""

from __future__ import annotations

from _cluster_base import RedisManager, serve


class Faulty(RedisManager):
    def _publish(self, data):
        if data["method"] != "callback":
            super()._publish(data)


if __name__ == "__main__":
    serve(manager=Faulty)
