"""V12, G09: prints in GBK."""

import sys

from _base import main

sys.stdout.reconfigure(encoding="gbk")
main()
