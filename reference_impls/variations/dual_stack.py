"""V12, V13: listens on IPv6 and IPv4 at once, so that clients have addresses such as ::ffff:127.0.0.1."""

import socket

from _base import main


def both() -> socket.socket:
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


main(new_listener=both, host="::")
