"""S32: each room has a queue and a thread of its own: the order across rooms is lost."""

from __future__ import annotations

import queue
import threading
import time

from _socketio_base import Main, names, serve

queues: dict[str, queue.Queue] = {}


class Faulty(Main):
    def emit_to(self, target, event, data, **options):
        (room, *others) = names(target) or [None]
        if event != "said" or room not in ("red", "blue") or others:
            return super().emit_to(target, event, data, **options)
        if room not in queues:
            queues[room] = queue.Queue()
            threading.Thread(target=self.work, args=(room,), daemon=True).start()
        queues[room].put((target, event, data, options))

    def work(self, room):
        while True:
            target, event, data, options = queues[room].get()
            if room == "red":
                time.sleep(0.002)
            super().emit_to(target, event, data, **options)


if __name__ == "__main__":
    serve(Faulty)
