"""The pieces of a right server, which lie one folder up: there a script does not look by itself."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _pieces import *
