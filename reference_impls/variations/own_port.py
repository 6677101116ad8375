"""V13: takes a port of its own choice, whichever it is offered."""

from _base import main

main(port=0)
