"""V14: needs two seconds before it listens."""

import time

from _base import main

time.sleep(2)
main()
