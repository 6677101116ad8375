"""V26: serves one client after the other, as its assignment asks."""

from _base import main, one_after_the_other

main(accept=one_after_the_other)
