"""The colours of charts: Okabe-Ito for classes, cmcrameri's navia and vik for ramps."""

from dataclasses import dataclass

from cop.model.style import Paint, Theme

OKABE_ITO: dict[str, Paint] = {
    "blue": Paint("#56b4e9", "#0072b2"),
    "orange": Paint("#e69f00", "#e69f00"),
    "green": Paint("#1fbf8f", "#009e73"),
    "vermilion": Paint("#d55e00", "#d55e00"),
    "purple": Paint("#cc79a7", "#cc79a7"),
    "yellow": Paint("#f0e442", "#d9cc1f"),
    "sky": Paint("#3d8fd1", "#56b4e9"),
    "grey": Paint("#9aa5b1", "#7a8591"),
}
"""Class colours in the order in which they are given out."""

RAMP: tuple[Paint, ...] = (
    Paint("#14283b", "#e9efd9"),
    Paint("#2a5f93", "#c3d3a4"),
    Paint("#2a7ea6", "#a0cb7c"),
    Paint("#3593a0", "#66ad71"),
    Paint("#5ab07f", "#3b8787"),
    Paint("#a9d977", "#1a608f"),
    Paint("#fcf4c4", "#072a57"),
)
"""From few to many (navia); the end that stands out from the page is the many in both themes."""

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
    """Give the ink of a theme."""
    return _INKS[theme]


def css(paint: Paint, theme: Theme) -> str:
    """Give a paint as a CSS colour."""
    return paint.dark if theme == "dark" else paint.light


def css_ramp(paints: tuple[Paint, ...], theme: Theme) -> list[str]:
    """Give a ramp as CSS colours."""
    return [css(paint, theme) for paint in paints]
