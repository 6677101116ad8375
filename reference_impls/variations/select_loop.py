"""I20: one thread for all clients by select(), which knows only descriptors below 1024."""

import functools
import selectors

from _base import main, one_loop

main(accept=functools.partial(one_loop, new_selector=selectors.SelectSelector))
