"""S49: disconnects only clients of its own node."""

from __future__ import annotations

from _cluster_base import Manager, RedisManager, serve


class Faulty(RedisManager):
    def can_disconnect(self, sid, namespace):
        return Manager.can_disconnect(self, sid, namespace)


if __name__ == "__main__":
    serve(manager=Faulty)
