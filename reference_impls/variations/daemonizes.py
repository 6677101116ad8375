"""V14: leaves its terminal: what was started ends at once, and its child serves."""

import os

from _base import main

if os.fork():
    os._exit(0)
os.setsid()
main()
