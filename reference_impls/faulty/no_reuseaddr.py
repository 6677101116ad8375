"""D15: does not set SO_REUSEADDR: for a minute after its end the port is in use."""

import socket

from _base import main

main(new_listener=socket.socket)
