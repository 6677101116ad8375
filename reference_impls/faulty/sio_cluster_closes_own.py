"""S49: closing a room puts out the members at its own node."""

from __future__ import annotations

from _cluster_base import Manager, RedisManager, serve


class Faulty(RedisManager):
    def close_room(self, room, namespace=None):
        Manager.close_room(self, room, namespace)


if __name__ == "__main__":
    serve(manager=Faulty)
