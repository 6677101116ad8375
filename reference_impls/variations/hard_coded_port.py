"""V13: always takes port 27788."""

from _base import main

main(port=27788)
