"""S27: gives every question a number of its own, and takes its answer from anybody."""

from __future__ import annotations

import itertools

from _socketio_base import Manager, serve

numbers = itertools.count(1)
waiting = {}


class Faulty(Manager):
    def _generate_ack_id(self, sid, callback):
        number = next(numbers)
        waiting[number] = callback
        return number

    def trigger_callback(self, sid, id, data):
        if callback := waiting.pop(id, None):
            callback(*data)


if __name__ == "__main__":
    serve(manager=Faulty)
