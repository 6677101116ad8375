"""I01: serves one client after the other: the next one waits until the first has gone."""

from _base import main, one_after_the_other

main(accept=one_after_the_other)
