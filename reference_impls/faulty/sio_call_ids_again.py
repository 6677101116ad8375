"""S27: forgets a question when its time is over, and uses its id again for the next."""

from __future__ import annotations

import itertools
import threading

from _socketio_base import Main, Manager, serve


class Faulty(Manager):
    def _generate_ack_id(self, sid, callback):
        waiting = self.callbacks.setdefault(sid, {})
        id = next(one for one in itertools.count(1) if one not in waiting)
        waiting[id] = callback
        return id


class FaultyMain(Main):
    def on_ask(self, sid, data):
        waiting = self.server.manager.callbacks.setdefault(data["to"], {})
        before = set(waiting)
        answer = super().on_ask(sid, data)
        if timeout := data.get("timeout"):
            for id in waiting.keys() - before:
                threading.Timer(0.9 * timeout / 1000, waiting.pop, (id, None)).start()
        return answer


if __name__ == "__main__":
    serve(FaultyMain, manager=Faulty)
