"""S49: who is left out is not told to the other nodes."""

from __future__ import annotations

from _cluster_base import RedisManager, serve


class Faulty(RedisManager):
    def _publish(self, data):
        super()._publish({**data, "skip_sid": None})


if __name__ == "__main__":
    serve(manager=Faulty)
