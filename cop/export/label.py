"""Labels of a still map without overlaps: all features of a layer compete for room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import matplotlib
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from cop.export.camera import Place
from cop.export.feature import Feature
from cop.model.style import Label

FONT_FILE: Final = f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf"
"""Shipped with matplotlib, so that the map looks the same on every machine."""
_PADDING: Final = 6.0
_SHIFTS: Final = (0, -16, 16, -32, 32, -48, 48, -64, 64)
_ABOVE_DOT: Final = (0, -0.6, 0.6)
_DOT_GAP: Final = 6.0
_CAPITAL_HEIGHT: Final = 0.73
_UNKNOWN_CHARACTER: Final = "\N{REPLACEMENT CHARACTER}"
_POINT_WEIGHT: Final = float("inf")

Box = tuple[float, float, float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class PlacedLabel:
    """A placed label in pixels: its left edge, vertical center, and dot."""

    text: str
    size_px: float
    left: float
    middle: float
    at: tuple[float, float]

    @property
    def path(self) -> Path:
        """Its letters as outlines, y down."""
        scale = self.size_px / text_to_path.FONT_SCALE
        flip = Affine2D().scale(scale, -scale)
        flip = flip.translate(self.left, self.middle + _CAPITAL_HEIGHT * self.size_px / 2)
        vertices, codes = text_to_path.get_text_path(_font(), self.text)
        return flip.transform_path(Path(vertices, codes))


@dataclass(frozen=True)
class _Candidate:
    text: str
    rank: float
    weight: float
    at: tuple[float, float]


def center_label(text: str, size_px: float, at: tuple[float, float]) -> PlacedLabel:
    """Place a text, whatever else is there."""
    shown = _writable(text)
    x, y = at
    return PlacedLabel(shown, size_px, x - _width(shown, size_px) / 2, y, at)


def place_labels(
    tiles: Iterable[tuple[Place, Sequence[Feature]]],
    label: Label,
    taken: list[Box],
) -> list[PlacedLabel]:
    """Place the labels of a layer's tiles, the highest rank first; ``taken`` grows."""
    placed = []
    for candidate in _collect(tiles, label):
        size = float(label.size_of(candidate.rank))
        text = candidate.text.upper() if label.capitals else candidate.text
        width = _width(text, size)
        for anchor, dx, shift in _find_positions(label, size):
            left = candidate.at[0] + dx - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
            middle = candidate.at[1] + shift
            box = (
                left - _PADDING,
                middle - size / 2 - _PADDING / 2,
                left + width + _PADDING,
                middle + size / 2 + _PADDING / 2,
            )
            if not any(_meet(box, other) for other in taken):
                taken.append(box)
                placed.append(PlacedLabel(text, size, left, middle, candidate.at))
                break
    return placed


def _collect(tiles: Iterable[tuple[Place, Sequence[Feature]]], label: Label) -> list[_Candidate]:
    """Gather the texts of every tile, highest rank first; the pieces of an area share one."""
    found: dict[Any, _Candidate] = {}
    for place, features in tiles:
        for feature in features:
            candidate = _candidate(place, feature, label)
            if candidate is None:
                continue
            own = candidate.weight == _POINT_WEIGHT
            x, y = candidate.at
            key = (candidate.text, round(x, 1), round(y, 1)) if own else candidate.text
            if key not in found or candidate.weight > found[key].weight:
                found[key] = candidate
    return sorted(found.values(), key=lambda c: (-c.rank, c.text))


def _candidate(place: Place, feature: Feature, label: Label) -> _Candidate | None:
    text = _writable(str(feature.properties.get(label.property) or ""))
    left, top, side = place
    if feature.sort == "point":
        x, y = np.asarray(feature.path.vertices)[0]
        weight = _POINT_WEIGHT
    elif feature.sort == "area" and (middle := feature.middle) is not None:
        x, y, area = middle
        weight = area * side * side
    else:
        return None
    rank = float(feature.properties.get(label.rank) or 0) if label.rank else weight
    at = (left + side * float(x), top + side * float(y))
    return _Candidate(text, rank, weight, at) if text else None


def _find_positions(label: Label, size: float) -> list[tuple[Anchor, float, float]]:
    """Return the possible label positions: beside its dot; on an area's center or off it."""
    if label.dot is None:
        return [("middle", 0.0, float(shift)) for shift in _SHIFTS]
    right: list[tuple[Anchor, float, float]] = [
        ("start", _DOT_GAP, part * size) for part in _ABOVE_DOT
    ]
    return [*right, ("end", -_DOT_GAP, 0.0)]


def _meet(box: Box, other: Box) -> bool:
    return not (box[0] > other[2] or box[2] < other[0] or box[1] > other[3] or box[3] < other[1])


def _width(text: str, size: float) -> float:
    width, _, _ = text_to_path.get_text_width_height_descent(text, _font(), ismath=False)
    return float(width) * size / _font().get_size_in_points()


def _writable(text: str) -> str:
    """Replace each character that the font lacks."""
    return "".join(c if ord(c) in _characters() else _UNKNOWN_CHARACTER for c in text)


@cache
def _font() -> FontProperties:
    return FontProperties(fname=FONT_FILE)


@cache
def _characters() -> frozenset[int]:
    return frozenset(FT2Font(FONT_FILE).get_charmap())
