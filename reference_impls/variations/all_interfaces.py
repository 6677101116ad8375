"""V13: listens on all interfaces, 0.0.0.0."""

from _base import main

main(host="0.0.0.0")
