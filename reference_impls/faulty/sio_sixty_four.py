"""S05: a broadcast reaches the first 64 clients."""

from __future__ import annotations

import itertools

import socketio
from _socketio_base import serve


class Faulty(socketio.Manager):
    def get_participants(self, namespace, room):
        yield from itertools.islice(super().get_participants(namespace, room), 64)


if __name__ == "__main__":
    serve(manager=Faulty)
