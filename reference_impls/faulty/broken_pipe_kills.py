"""D07, I13: writing to a client that has gone ends the server."""

from _base import Connection, main, one_loop


class BrokenPipeKills(Connection):
    def lost(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            raise error


main(BrokenPipeKills, one_loop)
