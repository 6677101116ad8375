"""S40: takes an id that begins with 0 for an octal number."""

from __future__ import annotations

import re

from _socketio_base import Server, serve


class Faulty(Server):
    def _handle_eio_message(self, eio_sid, data):
        if isinstance(data, str) and (octal := re.match("2(0[0-7]+)", data)):
            data = f"2{int(octal[1], 8)}{data[octal.end() :]}"
        super()._handle_eio_message(eio_sid, data)


if __name__ == "__main__":
    serve(server=Faulty)
