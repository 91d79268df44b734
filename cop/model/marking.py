"""Markings: the Traffic Light Protocol 2.0 (FIRST.org, 2022), lowest to highest."""

from collections.abc import Iterable

from cop.errors import CopError

MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")

_COLORS = {
    "TLP:CLEAR": "#ffffff",
    "TLP:GREEN": "#33ff00",
    "TLP:AMBER": "#ffc000",
    "TLP:AMBER+STRICT": "#ffc000",
    "TLP:RED": "#ff2b2b",
}


class MarkingError(CopError):
    """A marking is not one of the TLP 2.0 labels."""


def highest_marking(markings: Iterable[str]) -> str:
    """Return the most restrictive of the markings (TLP:CLEAR where there are none)."""
    highest = 0
    for marking in markings:
        if marking not in MARKINGS:
            raise MarkingError(f"marking {marking!r}: use one of {', '.join(MARKINGS)}")
        highest = max(highest, MARKINGS.index(marking))
    return MARKINGS[highest]


def marking_color(marking: str) -> str:
    """Return the color of a marking on black, as TLP 2.0 sets it."""
    return _COLORS[marking]
