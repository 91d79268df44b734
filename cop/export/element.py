"""What a sheet consists of, in millimeters, and how much room its words take."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import matplotlib
from PIL import ImageFont

FONTS: Final = f"{matplotlib.get_data_path()}/fonts/ttf"
"""Shipped with matplotlib, so that lines break alike on every machine."""
FONT_NAME: Final = "DejaVu Sans"
MM_PER_POINT: Final = 0.352778
INK, MUTED, AMBER, VERMILION, BLACK = "#1d2733", "#5b6b7a", "#e69f00", "#d55e00", "#000000"
GROUNDS: Final = {"SYNTHETIC": AMBER, "STALE": VERMILION}
"""The ground of each warning beside the marking."""
LEADING = 1.25


@dataclass(frozen=True, kw_only=True)
class Words:
    """Lines of text in a box, mm from the left top; ``ground`` fills the box."""

    x: float
    y: float
    width: float
    height: float
    lines: Sequence[str]
    size_pt: float
    bold: bool = False
    color: str = INK
    ground: str | None = None
    align: Literal["left", "center"] = "left"


@dataclass(frozen=True, kw_only=True)
class SheetMark:
    """A symbol of the legend: a polygon in mm, its fill and edge as #rrggbb, None is none.

    ``more`` are further rings of the same area; those that run the other way are holes.
    """

    points: Sequence[tuple[float, float]]
    fill: str | None
    edge: str | None
    edge_mm: float
    more: Sequence[Sequence[tuple[float, float]]] = ()


@dataclass(frozen=True, kw_only=True)
class MapPlace:
    """The position of the map image, mm."""

    x: float
    y: float
    width: float
    height: float


Element = Words | SheetMark | MapPlace
Sheet = list[Element]


def line(
    text: str,
    x: float,
    y: float,
    width: float,
    size: float,
    *,
    bold: bool = False,
    color: str = INK,
) -> Words:
    """Return one line of text."""
    height = size * MM_PER_POINT * LEADING
    return Words(
        x=x, y=y, width=width, height=height, lines=[text], size_pt=size, bold=bold, color=color
    )


def wrapped(text: str, width: float, size: float, *, bold: bool) -> list[str]:
    """Break a text into lines; a word wider than the line is broken too."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer, size, bold=bold) <= width:
            lines[-1] = longer
            continue
        lines.append("")
        for character in word:
            if measure(lines[-1] + character, size, bold=bold) > width:
                lines.append("")
            lines[-1] += character
    return [line for line in lines if line] or [""]


def cut(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return the part of a text that fits on one line."""
    if measure(text, size, bold=bold) <= width:
        return text
    while text and measure(f"{text}…", size, bold=bold) > width:
        text = text[:-1]
    return f"{text}…"


def measure(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a text is, mm."""
    return float(_font(bold).getlength(text)) / _FONT_PX * size_pt * MM_PER_POINT


_FONT_PX = 100


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(bold=bold), _FONT_PX)


def font_file(*, bold: bool) -> str:
    """Return the path of the typeface."""
    return f"{FONTS}/DejaVuSans{'-Bold' if bold else ''}.ttf"
