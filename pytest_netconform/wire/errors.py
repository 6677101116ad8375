"""The one way in which a packet is refused."""

from __future__ import annotations


class ProtocolError(ValueError):
    """What was received breaks a protocol. `clause` names the document and the section that says so."""

    def __init__(self, text: str, clause: str) -> None:
        super().__init__(text)
        self.clause = clause
