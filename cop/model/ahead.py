"""How far ahead a forecast looks: which day or week from the next midnight on."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

from cop.errors import FilterError
from cop.model.window import TimeWindow

Period = Literal["day", "week"]
MOST_AHEAD = 4
_LENGTHS: dict[Period, timedelta] = {"day": timedelta(days=1), "week": timedelta(days=7)}
_TEXT = re.compile(r"(day|week)-([1-9])")


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """The ``number``-th day or week from the midnight where the records end; at most the fourth."""

    period: Period = "week"
    number: int = 1

    def __post_init__(self) -> None:
        """Raise FilterError beyond the reach of forecasts."""
        if self.period not in _LENGTHS or not 1 <= self.number <= MOST_AHEAD:
            raise FilterError(
                f"ahead={self.to_text()[:40]!r}: use day-1 to day-{MOST_AHEAD} or week-1 to "
                f"week-{MOST_AHEAD}"
            )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read ``week-1`` or ``day-3``."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise FilterError(
                f"ahead={text[:40]!r}: use day-1 to day-{MOST_AHEAD} or week-1 to week-{MOST_AHEAD}"
            )
        return cls(period=found[1], number=int(found[2]))  # type: ignore[arg-type]

    def to_text(self) -> str:
        """Write it as ``week-1`` or ``day-3``."""
        return f"{self.period}-{self.number}"

    @property
    def length(self) -> timedelta:
        """How long a period is."""
        return _LENGTHS[self.period]

    def window_from(self, origin: datetime) -> TimeWindow:
        """Return the period's window; ``origin`` is the midnight that forecasts start from."""
        start = origin + (self.number - 1) * self.length
        return TimeWindow(start=start, end=start + self.length)

    @property
    def title(self) -> str:
        """The period in words for a headline."""
        if self.period == "week" and self.number == 1:
            return "in 7 days"
        return f"in {self.period} {self.number}"
