"""The packets of Engine.IO and Socket.IO, strict and without I/O. Every refusal names its clause."""

from .errors import ProtocolError

__all__ = ["ProtocolError"]
