"""Markings: the Traffic Light Protocol 2.0 (FIRST.org, 2022), lowest to highest."""

from collections.abc import Iterable

from cop.errors import CopError

MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")


class MarkingError(CopError):
    """A marking is not one of the TLP 2.0 labels."""


def highest_marking(markings: Iterable[str]) -> str:
    """Give the most restrictive of the markings (TLP:CLEAR where there are none)."""
    highest = 0
    for marking in markings:
        if marking not in MARKINGS:
            raise MarkingError(f"marking {marking!r}: use one of {', '.join(MARKINGS)}")
        highest = max(highest, MARKINGS.index(marking))
    return MARKINGS[highest]
