"""S49: each node tells the others nothing."""

from __future__ import annotations

from _cluster_base import RedisManager, serve


class Faulty(RedisManager):
    def _publish(self, data):
        pass


if __name__ == "__main__":
    serve(manager=Faulty)
