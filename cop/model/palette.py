"""The colours that a layer or a chart is given: Okabe-Ito for classes, cmcrameri's for ramps."""

from cop.model.style import Paint

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
