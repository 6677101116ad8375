"""D06, I13: nobody catches OSError in the only loop: a client that resets its connection ends the server."""

from _base import Connection, main, one_loop


class RstKills(Connection):
    def lost(self, error: OSError) -> None:
        raise error


main(RstKills, one_loop)
