"""S40: takes the digits of every script for digits of an id."""

from __future__ import annotations

import re

from _socketio_base import Server, serve


class Faulty(Server):
    def can_be_decoded(self, text):
        return super().can_be_decoded(text[:1] + re.sub(r"\d", "1", text[1:]))


if __name__ == "__main__":
    serve(server=Faulty)
