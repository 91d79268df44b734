"""How a layer is drawn: paints for dark and light, classes, ramps; the legend reads the same."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from cop.errors import LayerError
from cop.model.symbol import Symbol

Shape = Literal[
    "circle",
    "ring",
    "square",
    "diamond",
    "triangle",
    "wedge",
    "plus",
    "cross",
    "star",
    "burst",
    "house",
    "arrow",
    "stripes",
    "bars",
    "dots",
    "checks",
    "line",
    "area",
]
PATTERNS: tuple[Shape, ...] = ("stripes", "bars", "dots", "checks")
"""What images are filled with, so that their classes differ without color, too."""
Theme = Literal["dark", "light"]
Rgba = tuple[int, int, int, int]
"""Red, green, blue and alpha, 0-255."""
_HEX_DIGITS = (6, 8)


def read_rgba(color: str) -> Rgba:
    """Return the channels of ``#rrggbb`` or ``#rrggbbaa``."""
    red, green, blue, alpha = bytes.fromhex(color.removeprefix("#").ljust(8, "f"))
    return red, green, blue, alpha


@dataclass(frozen=True)
class Paint:
    """One color in both themes, each ``#rrggbb`` or ``#rrggbbaa``."""

    dark: str
    light: str

    def __post_init__(self) -> None:
        """Refuse what is not a hexadecimal color."""
        for value in (self.dark, self.light):
            digits = value.removeprefix("#")
            if not value.startswith("#") or len(digits) not in _HEX_DIGITS:
                raise LayerError(f"paint {value!r}: use colors like #rrggbb or #rrggbbaa")

    def css(self, theme: Theme) -> str:
        """Return the color of a theme as CSS writes it."""
        return self.dark if theme == "dark" else self.light

    def rgba(self, theme: Theme) -> Rgba:
        """Return the four channels of a theme."""
        return read_rgba(self.css(theme))


CLEAR = Paint("#00000000", "#00000000")


@dataclass(frozen=True, kw_only=True)
class StyleClass:
    """One value of a property, what the legend calls it, its paint, what its points are."""

    value: str
    label: str
    paint: Paint
    shape: Shape = "circle"
    symbol: Symbol | None = None

    @property
    def glyph(self) -> Shape | Symbol:
        """What a point is drawn as."""
        return self.symbol or self.shape


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Color by the value of a text property; what matches no class gets ``other``.

    Points of no class are circles without ``other_symbol``. Symbols have colors of
    their own; those of the classes then color lines and areas alone.
    """

    property: str
    classes: tuple[StyleClass, ...]
    other: Paint = CLEAR
    other_label: str | None = None
    other_symbol: Symbol | None = None


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """Color by a number: ``paints[i]`` below ``breaks[i]``, the last one from the last break up.

    ``whole``: the numbers are counts, so that the legend reads "1-4" instead of "1 to 5".
    """

    property: str
    breaks: tuple[float, ...]
    paints: tuple[Paint, ...]
    unit: str
    unknown: Paint
    unknown_label: str = "unknown"
    whole: bool = False

    def __post_init__(self) -> None:
        """Refuse breaks that do not ascend or do not fit the paints."""
        if len(self.paints) != len(self.breaks) + 1:
            raise LayerError(
                f"ramp over {self.property!r}: {len(self.breaks)} breaks need "
                f"{len(self.breaks) + 1} paints, not {len(self.paints)}"
            )
        if any(low >= high for low, high in pairwise(self.breaks)):
            raise LayerError(f"ramp over {self.property!r}: breaks {self.breaks} must ascend")


Color = Paint | Classes | Ramp


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Point radii by a number: ``radii_px[i]`` below ``breaks[i]``, the last from there up."""

    property: str
    breaks: tuple[float, ...]
    radii_px: tuple[float, ...]
    unit: str
    unknown_px: float = 3.0

    def __post_init__(self) -> None:
        """Refuse breaks that do not ascend or do not fit the radii."""
        if len(self.radii_px) != len(self.breaks) + 1:
            raise LayerError(
                f"sizes over {self.property!r}: {len(self.breaks)} breaks need "
                f"{len(self.breaks) + 1} radii, not {len(self.radii_px)}"
            )
        if any(low >= high for low, high in pairwise(self.breaks)):
            raise LayerError(f"sizes over {self.property!r}: breaks {self.breaks} must ascend")


@dataclass(frozen=True, kw_only=True)
class Label:
    """Text drawn at a feature from one of its properties, with a halo.

    Where labels meet, the feature with the higher ``rank`` keeps its place; ``sizes`` holds
    (least rank, size in px) and the last pair that fits is taken. ``dot`` marks the point.
    """

    property: str
    size_px: float = 12
    rank: str | None = None
    sizes: tuple[tuple[float, float], ...] = ()
    capitals: bool = False
    dot: Paint | None = None
    paint: Paint = field(default_factory=lambda: Paint("#e8edf2", "#1d2733"))
    halo: Paint = field(default_factory=lambda: Paint("#0b1016", "#ffffff"))

    def size_of(self, rank: float) -> float:
        """Return the size of the letters of a feature, pixels."""
        return [self.size_px, *(px for least, px in self.sizes if rank >= least)][-1]


@dataclass(frozen=True, kw_only=True)
class Style:
    """Fill, line, points and label of a layer; widths and radii in screen pixels.

    ``point`` is what points of one color are drawn as, where they are no circles.
    ``line_widths_px`` gives widths by the value of the property that ``line`` classes use.
    ``point_sizes`` takes the place of the one radius; else symbols grow with a feature's ``count``
    where ``grows_by_count``. ``cell`` colors the squares that an event
    tile holds where it has too many points.
    """

    fill: Color | None = None
    point: Shape | Symbol | None = None
    line: Color | None = None
    line_width_px: float = 1.0
    line_widths_px: tuple[tuple[str, float], ...] = ()
    point_radius_px: float = 4.0
    point_sizes: Sizes | None = None
    cell: Ramp | None = None
    label: Label | None = None
    grows_by_count: bool = True
