"""S40: goes on with a client whose packets it cannot decode, as the library does."""

from __future__ import annotations

from _socketio_base import Server, serve


class Faulty(Server):
    def can_be_decoded(self, text):
        return True


if __name__ == "__main__":
    serve(server=Faulty)
