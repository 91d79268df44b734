"""Markings: a Traffic Light Protocol 2.0 label (FIRST.org, 2022) and the agencies released to.

As text a marking is its label, lowest to highest as in MARKINGS, and the codes of the agencies that
it is releasable to, if any: ``TLP:AMBER//REL TO DPS, JTF``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from cop.errors import CopError

MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""The labels, the least restrictive first."""
_RELEASED: Final = "//REL TO "
_NOBODY: Final = "//NOT RELEASABLE"
_AGENCY: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{1,11}")
MOST_AGENCIES: Final = 20
"""How many a marking names."""

_COLORS = {
    "TLP:CLEAR": "#ffffff",
    "TLP:GREEN": "#33ff00",
    "TLP:AMBER": "#ffc000",
    "TLP:AMBER+STRICT": "#ffc000",
    "TLP:RED": "#ff2b2b",
}


class MarkingError(CopError):
    """A marking is not a TLP 2.0 label with agencies that it is releasable to."""


@dataclass(frozen=True, kw_only=True)
class Marking:
    """A label, and the agencies that may read what carries it, as far as they may read the label.

    ``audience`` is their codes; None is every agency at the table, and an empty one nobody, as of
    records that are not released to a common agency.
    """

    label: str
    audience: frozenset[str] | None

    @classmethod
    def of(cls, label: str, agencies: Iterable[str] = ()) -> Self:
        """Build a marking of a label; without agencies it is for all of them."""
        if label not in MARKINGS:
            raise MarkingError(f"marking {label[:60]!r}: use one of {', '.join(MARKINGS)}")
        named = frozenset(agencies)
        for code in sorted(named):
            if not is_agency(code):
                raise MarkingError(
                    f"marking {label}: agency {code[:40]!r}: use 2 to 12 characters A-Z, 0-9 and -"
                )
        if len(named) > MOST_AGENCIES:
            raise MarkingError(f"marking {label}: {len(named)} agencies; use {MOST_AGENCIES}")
        return cls(label=label, audience=named or None)

    @property
    def level(self) -> int:
        """The place of the label among MARKINGS."""
        return MARKINGS.index(self.label)

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that are named, in alphabetical order."""
        return tuple(sorted(self.audience or ()))

    def is_lower_than(self, other: Self) -> bool:
        """Return whether this one lets anyone read who the other does not."""
        if self.level < other.level:
            return True
        if other.audience is None:
            return False
        return self.audience is None or not self.audience <= other.audience

    def __str__(self) -> str:
        """Return the marking as text."""
        if self.audience is not None and not self.audience:
            return f"{self.label}{_NOBODY}"
        named = ", ".join(self.agencies)
        return f"{self.label}{_RELEASED}{named}" if named else self.label


@lru_cache(maxsize=1024)
def parse_marking(text: str) -> Marking:
    """Read a marking; MarkingError says what it has to be."""
    if text.endswith(_NOBODY):
        label = Marking.of(text.removesuffix(_NOBODY)).label
        return Marking(label=label, audience=frozenset())
    label, named, codes = text.partition(_RELEASED)
    if not named:
        return Marking.of(label)
    agencies = [code.strip() for code in codes.split(",")]
    return Marking.of(label, agencies)


def check_marking(text: str) -> str:
    """Return a marking in its one way of writing; MarkingError if it is none."""
    return str(parse_marking(text))


def is_agency(code: str) -> bool:
    """Return whether a text can be the code of an agency."""
    return _AGENCY.fullmatch(code) is not None


def highest_marking(markings: Iterable[str]) -> str:
    """Return the marking of all together (TLP:CLEAR where there are none).

    Its label is the most restrictive one; it is released to those that all of them are released to.
    """
    level, audience = 0, None
    for text in markings:
        marking = parse_marking(text)
        level = max(level, marking.level)
        if marking.audience is not None:
            audience = marking.audience if audience is None else audience & marking.audience
    return str(Marking(label=MARKINGS[level], audience=audience))


def marking_color(marking: str) -> str:
    """Return the color of a marking on black, as TLP 2.0 sets it."""
    return _COLORS[parse_marking(marking).label]
