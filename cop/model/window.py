"""A time window of the picture, half-open, and its named lengths."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cop.errors import FilterError
from cop.model.moment import format_moment

PRESETS: dict[str, timedelta] = {
    "24 h": timedelta(hours=24),
    "72 h": timedelta(hours=72),
    "7 d": timedelta(days=7),
    "30 d": timedelta(days=30),
}


@dataclass(frozen=True, kw_only=True)
class TimeWindow:
    """``start <= occurred_at < end`` in naive UTC; None leaves that side open."""

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a window that ends before it starts."""
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise FilterError(
                f"from={format_moment(self.start)} is not before to={format_moment(self.end)}: "
                "the window is half-open, so `to` must be later"
            )

    @property
    def length(self) -> timedelta | None:
        """How long the window is; None where a side is open."""
        return None if self.start is None or self.end is None else self.end - self.start

    def overlaps(self, other: Self) -> bool:
        """Return whether the windows share a moment."""
        return (self.start is None or other.end is None or self.start < other.end) and (
            other.start is None or self.end is None or other.start < self.end
        )

    def cut(self, other: Self) -> Self:
        """Return what lies in both windows; FilterError where nothing does."""
        starts = [moment for moment in (self.start, other.start) if moment is not None]
        ends = [moment for moment in (self.end, other.end) if moment is not None]
        return type(self)(start=max(starts, default=None), end=min(ends, default=None))

    def previous(self) -> Self | None:
        """Return the window of equal length that ends where this one starts."""
        if self.start is None or self.length is None:
            return None
        try:
            return type(self)(start=self.start - self.length, end=self.start)
        except OverflowError:
            return None

    @classmethod
    def of_preset(cls, name: str, *, end: datetime) -> Self:
        """Return the window of a named length that ends at ``end``."""
        if name not in PRESETS:
            raise FilterError(f"window {name!r}: use one of {', '.join(PRESETS)}")
        return cls(start=end - PRESETS[name], end=end)
