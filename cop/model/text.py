"""Numbers as text, the same on pages, wall, hand-outs and commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = "unknown"
_SKILL: Final = {
    "better": "better than",
    "unsure": "not clearly better than",
    "none": "not better than",
}
_COARSE: Final = 0.02
"""From here up, tenths of a percent are left out."""


@dataclass(frozen=True, kw_only=True)
class FigureText:
    """A headline figure as text; ``brief`` is its change or interval in short."""

    title: str
    value: str
    change: str | None = None
    brief: str = ""
    note: str = ""

    @property
    def line(self) -> str:
        """The figure in one line."""
        return ", ".join(part for part in (f"{self.title}: {self.value}", self.change) if part)


def format_count(n: float | None) -> str:
    """Return a whole number with its thousands apart."""
    return UNKNOWN if n is None else f"{n:,.0f}"


def format_range(low: float, high: float) -> str:
    """Return the ends of an interval of counts, ``129-181``."""
    return f"{low:,.0f}-{high:,.0f}"


def format_interval(low: float, high: float) -> str:
    """Return an 80% interval of counts, ``80% interval 129-181``."""
    return f"80% interval {format_range(low, high)}"


def format_sources(titles: Sequence[str] | None) -> str:
    """Return the titles of a layer's sources in one line; None is a layer without its own."""
    return "" if titles is None else "; ".join(titles) or "no source"


def format_share(share: float) -> str:
    """Return a share in percent, small ones with one digit more."""
    return f"{share:.0%}" if abs(share) >= _COARSE else f"{share:.1%}"


def format_percent(now: float, before: float) -> str:
    """Return a change in percent with its sign."""
    share = round(100 * (now - before) / before)
    return f"{share:+d}%" if share else "±0%"


def format_none_before(now: float) -> str:
    """Return the words for no count in the period before."""
    return "none before" if now else "none in either period"


def format_error(gain: float) -> str:
    """Return a gain over a rival as an error, ``7% lower``."""
    return f"{format_share(abs(gain))} {'lower' if gain >= 0 else 'higher'}"


def format_error_bounds(low: float, high: float) -> str:
    """Return the bounds of a gain, ``2% to 11% lower`` or ``2% higher to 11% lower``."""
    one_sided = (low >= 0) == (high >= 0)
    first = format_share(abs(low)) if one_sided else format_error(low)
    return f"{first} to {format_error(high)}"


def name_skill(verdict: str, rival: str) -> str:
    """Return a forecast's skill against a rival in words; ``verdict`` is better, unsure or none."""
    return f"{_SKILL[verdict]} {rival}"


def format_skill(verdict: str, rival: str, *, gain: float, low: float, high: float) -> str:
    """Return a forecast's skill against a rival with its size and bounds."""
    bounds = format_error_bounds(low, high)
    return f"{name_skill(verdict, rival)}: {format_error(gain)} error (90% interval {bounds})"


def format_times(ratio: float) -> str:
    """Return a ratio as "as many as", "twice" or "1.3 times"."""
    if 0.95 < ratio < 1.05:  # noqa: PLR2004
        return "as many as"
    if 1.9 < ratio < 2.1:  # noqa: PLR2004
        return "twice"
    return f"{ratio:.1f} times"
