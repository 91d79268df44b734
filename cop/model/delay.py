"""How long records took, counted in classes: sums of packages are exact, whatever their number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

BOUNDS_H: Final = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 120, 168, 336, 720)
"""The upper ends of the classes in hours, each included; one more class is beyond the last."""
FIRST_REPORT_H: Final = 24
"""A first report is due at the latest 24 hours after an authority learned of an event: Regulation
(EU) 2021/581 on the situational pictures of EUROSUR, art. 9."""
SYNTHETIC_PREFIX: Final = "SYNTHETIC:"
"""Begins the name of a source as far as its records are synthetic: they are counted apart."""
_CLASSES: Final = len(BOUNDS_H) + 1
_TEXT: Final = re.compile(r"(\S{1,90}) (\d{1,9}(?:\.\d{1,9})*)", re.ASCII)
_DAY_H: Final = 24


@dataclass(frozen=True, kw_only=True)
class DelayTally:
    """How many records of a source took how long: one count a class, then those not known."""

    source: str
    counts: tuple[int, ...] = (0,) * (_CLASSES + 1)

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Read what ``to_text`` writes; None if it is not that."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        counts = tuple(map(int, found[2].split(".")))
        return cls(source=found[1], counts=counts) if len(counts) == _CLASSES + 1 else None

    def to_text(self) -> str:
        """Write it as ``SOURCE 0.3.1...``."""
        return f"{self.source} {'.'.join(map(str, self.counts))}"

    @property
    def synthetic(self) -> bool:
        """Whether its records are synthetic."""
        return self.source.startswith(SYNTHETIC_PREFIX)

    @property
    def n(self) -> int:
        """How many records there are."""
        return sum(self.counts)

    @property
    def n_known(self) -> int:
        """How many of them it is known of."""
        return sum(self.counts[:_CLASSES])

    @property
    def n_late(self) -> int:
        """How many took longer than a first report may."""
        return sum(self.counts[BOUNDS_H.index(FIRST_REPORT_H) + 1 : _CLASSES])

    @property
    def median_h(self) -> float | None:
        """The upper end of the class of the (lower) median, hours; None without any known.

        It is infinite where the median lies beyond the last class.
        """
        if not self.n_known:
            return None
        reached, middle = 0, (self.n_known + 1) // 2
        for bound, n in zip((*BOUNDS_H, float("inf")), self.counts[:_CLASSES], strict=True):
            reached += n
            if reached >= middle:
                return bound
        return None

    @property
    def median_words(self) -> str:
        """The median in words."""
        return say_bound(self.median_h)


def say_bound(hours: float | None) -> str:
    """Return the upper end of a class in words."""
    if hours is None:
        return "not known"
    if hours > BOUNDS_H[-1]:
        return f"more than {BOUNDS_H[-1] // _DAY_H} days"
    if hours > 2 * _DAY_H:
        return f"within {hours / _DAY_H:.0f} days"
    return f"within {hours:.0f} h"


def add_tallies(tallies: Iterable[DelayTally], source: str = "all") -> DelayTally:
    """Return the sum of tallies."""
    counts = [0] * (_CLASSES + 1)
    for tally in tallies:
        counts = [a + b for a, b in zip(counts, tally.counts, strict=True)]
    return DelayTally(source=source, counts=tuple(counts))
