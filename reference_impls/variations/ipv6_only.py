"""V13: listens on IPv6 alone."""

import socket

from _base import main


def ipv6() -> socket.socket:
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener


main(new_listener=ipv6, host="::")
