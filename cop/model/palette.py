"""The colors of layers and charts: Okabe-Ito for classes, cmcrameri's for ramps."""

from cop.model.style import Paint

OKABE_ITO: dict[str, Paint] = {
    "blue": Paint("#56b4e9", "#0072b2"),
    "orange": Paint("#e69f00", "#e69f00"),
    "green": Paint("#1fbf8f", "#009e73"),
    "vermilion": Paint("#d55e00", "#d55e00"),
    "purple": Paint("#cc79a7", "#cc79a7"),
    "yellow": Paint("#f0e442", "#d9cc1f"),
    "sky": Paint("#3d8fd1", "#56b4e9"),
    "gray": Paint("#9aa5b1", "#7a8591"),
}
"""Class colors in the order of their use."""

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

RAMPS: dict[str, tuple[str, ...]] = {
    "navia": tuple(paint.dark for paint in RAMP),
    "cividis": ("#002a5f", "#33446d", "#5a5f6e", "#7d7c78", "#a29975", "#cbb965", "#f6dd3f"),
    "magma": ("#050416", "#38106c", "#762181", "#b73779", "#ee5b5e", "#fea36f", "#fdebac"),
    "gray": ("#0c0c0c", "#3d3d3d", "#6b6b6b", "#979797", "#c4c4c4", "#e4e4e4", "#fafafa"),
    "managua": ("#f3bb60", "#c3774a", "#8e423a", "#572949", "#4d518e", "#608dc6", "#7ad3f3"),
}
"""Ramps that an analyst may choose for a raster, least first, one color for both themes.

Navia and managua are by F. Crameri, the latter for values to both sides of a middle; cividis by
J. Nunez and others; magma by S. van der Walt and N. Smith; each is safe for the color-blind.
"""
