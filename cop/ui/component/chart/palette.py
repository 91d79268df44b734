"""The colors of charts: Okabe-Ito for classes, cmcrameri's navia and vik for ramps."""

from dataclasses import dataclass

from cop.model.palette import OKABE_ITO, RAMP
from cop.model.style import Paint, Theme

__all__ = ["DIVERGING", "OKABE_ITO", "RAMP", "Ink", "css", "css_ramp", "ink"]

DIVERGING: tuple[Paint, ...] = (
    Paint("#9eb0ff", "#034481"),
    Paint("#529fd3", "#5b9bbd"),
    Paint("#2b3a48", "#e3dfdc"),
    Paint("#bc6e61", "#d69c7a"),
    Paint("#ffc4c0", "#590008"),
)
"""From below to above (berlin on dark, vik on light); the middle is zero."""


@dataclass(frozen=True, kw_only=True)
class Ink:
    """What a chart's words and lines are drawn in."""

    text: str
    muted: str
    grid: str
    ground: str


_INKS: dict[str, Ink] = {
    "dark": Ink(text="#e6ebf1", muted="#a3afbb", grid="#24303c", ground="#121a23"),
    "light": Ink(text="#1b2430", muted="#55616e", grid="#d6dce3", ground="#f3f5f8"),
}


def ink(theme: Theme) -> Ink:
    """Return the ink of a theme."""
    return _INKS[theme]


def css(paint: Paint, theme: Theme) -> str:
    """Return a paint as a CSS color."""
    return paint.dark if theme == "dark" else paint.light


def css_ramp(paints: tuple[Paint, ...], theme: Theme) -> list[str]:
    """Return a ramp as CSS colors."""
    return [css(paint, theme) for paint in paints]
