"""S27: keeps a question when its answer has come."""

from __future__ import annotations

from _socketio_base import Main, Manager, serve


class Faulty(Manager):
    def trigger_callback(self, sid, id, data):
        callback = self.callbacks.get(sid, {}).get(id)
        super().trigger_callback(sid, id, data)
        if callback and id:
            self.callbacks[sid][id] = callback


class FaultyMain(Main):
    def on_ask(self, sid, data):
        def answered(*answer):
            self.emit("answered", {"by": data["to"], "answer": list(answer)}, to=sid)

        if data.get("timeout"):
            return super().on_ask(sid, data)
        self.emit("question", data["q"], to=data["to"], callback=answered)
        return "ok"


if __name__ == "__main__":
    serve(FaultyMain, manager=Faulty)
