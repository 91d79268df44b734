"""How a layer is drawn, resolved once for a theme: map, stills, HTML files and legends read it."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final, Literal

from cop.model.scale import ByClass, ByStep, Constant, Properties, Scale
from cop.model.style import CLEAR, Classes, Color, Label, Paint, Ramp, Shape, Sizes, Style, Theme
from cop.model.symbol import Symbol

GLYPH_SIDE: Final = 64.0
"""The side of the square that shapes stand in, in the units of their outlines."""
GLYPH_SHARE: Final = 40 / 64
"""How much of a symbol's square its outline fills."""
UNKNOWN_WIDTH: Final = 0.4
"""How wide a line is whose figure is unknown, against the others."""
GROWTH: Final = ByStep(
    property="count", breaks=(5, 20, 100), values=(1.0, 1.3, 1.6, 2.0), unknown=1.0
)
"""How much larger an event is drawn that counts more."""
SHADE: Final[dict[Theme, list[list[float]]]] = {
    "dark": [[3.0, 0.65], [1.2, 0.45]],
    "light": [[1.8, 0.5], [1.0, 0.5]],
}
"""How strongly relief darkens slopes in shade and lightens those in light, and the most of each."""
HALO: Final = Paint("#0a1017", "#ffffff")
CELL_EDGE: Final = Paint("#0a101799", "#ffffffb3")
FAINT: Final = 45
"""How strongly areas that cover much of the map are lit under the pointer."""
_GAMMA: Final = 1 / 2.2

Glyph = Shape | Symbol
Sort = Literal["area", "line", "point"]


@dataclass(frozen=True, kw_only=True)
class KindDrawing:
    """How a kind of layer is drawn, whatever the style of the layer.

    ``points`` are drawn, never there, or hidden. ``has_rows``: features can be listed,
    which images and basemaps cannot. Of a ``crowded`` kind squares take the place of features
    where there are too many; ``square_property`` is 1 on those, and where it is None all areas of
    a style with squares are squares. ``labels_shapes``: labels are placed beside shapes
    instead of replacing points. ``stacks_areas``: the classes of the fill are the order
    of areas from below. ``area_highlight`` is how strongly an area under the pointer is lit, 0-255.
    ``binary``: tiles may be read as binary if no number colors them.
    """

    points: Literal["drawn", "none", "hidden"] = "none"
    id_property: str | None = None
    has_rows: bool = True
    crowded: bool = False
    square_property: str | None = None
    labels_shapes: bool = False
    stacks_areas: bool = False
    round_caps: bool = False
    area_highlight: int = 110
    binary: bool = False
    relief: bool = False
    themed: bool = False


@dataclass(frozen=True, kw_only=True)
class Squares:
    """Squares that stand for many features; ``marked_by`` is a property that is 1 on them."""

    fill: Scale[str]
    edge: str
    marked_by: str | None

    def include(self, properties: Properties) -> bool:
        """Return whether an area is a square."""
        return self.marked_by is None or properties.get(self.marked_by) == 1


@dataclass(frozen=True)
class Circles:
    """Points as circles with the line of the style as their edge."""

    radius_px: Scale[float]


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """Points as shapes or symbols; ``side_px`` is the side of the square around a shape."""

    glyph: Scale[Glyph]
    side_px: Scale[float]
    halo: str

    @property
    def squares(self) -> float:
        """How many squares of a shape wide and high the square is that holds every symbol."""
        reach = max((g.reach for g in self.glyph.every() if isinstance(g, Symbol)), default=0.0)
        return max(1.0, ceil(20 * reach / GLYPH_SIDE) / 10)


@dataclass(frozen=True, kw_only=True)
class Text:
    """The labels of features, with the colors of their letters, halos and dots."""

    label: Label
    color: str
    halo: str
    dot: str | None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How one feature is drawn: colors as #rrggbb or #rrggbbaa, sizes in screen pixels.

    A point without a ``glyph`` is a circle; with one, ``edge`` is its halo and ``radius_px`` half
    the side of its square.
    """

    fill: str | None = None
    edge: str
    width_px: float
    glyph: Glyph | None = None
    radius_px: float = 0.0
    round_cap: bool = False


@dataclass(frozen=True, kw_only=True)
class ResolvedStyle:
    """A style in one theme: colors as #rrggbb or #rrggbbaa, sizes in screen pixels.

    ``opacity`` is the whole layer's. Areas, lines and points lie over each other in this order;
    areas of a file in any order are stacked by ``area_order``, the first lowest.
    """

    theme: Theme
    opacity: float
    fill: Scale[str]
    line: Scale[str]
    width_px: Scale[float]
    filled: bool
    outlined: bool
    round_caps: bool
    squares: Squares | None
    points: Circles | Glyphs | None
    text: Text | None
    area_order: tuple[str, ...]
    shade: list[list[float]] | None

    @property
    def share(self) -> float:
        """The share of its own alpha that the layer keeps; deck.gl bends opacity to look even."""
        return float(self.opacity**_GAMMA)

    @property
    def has_numbers(self) -> bool:
        """Whether a number colors or sizes a feature."""
        size = self.points.radius_px if isinstance(self.points, Circles) else None
        side = self.points.side_px if isinstance(self.points, Glyphs) else None
        cell = self.squares.fill if self.squares else None
        return any(isinstance(s, ByStep) for s in (self.fill, self.line, size, side, cell))

    def mark(self, properties: Properties, sort: Sort) -> Mark:
        """Return how a feature with these properties is drawn."""
        if sort == "area":
            return self._mark_area(properties)
        if sort == "point":
            return self._mark_point(properties)
        width = self.width_px.of(properties)
        return Mark(edge=self.line.of(properties), width_px=width, round_cap=self.round_caps)

    def mark_square(self, properties: Properties) -> Mark:
        """Return how a square that represents many features is drawn."""
        width = self.width_px.of(properties) if self.outlined else 0.0
        if self.squares is None:
            clear = CLEAR.css(self.theme)
            return Mark(fill=clear, edge=clear, width_px=width)
        fill = self.squares.fill.of(properties)
        return Mark(fill=fill, edge=self.squares.edge, width_px=width)

    def _mark_area(self, properties: Properties) -> Mark:
        if self.squares is not None and self.squares.include(properties):
            return self.mark_square(properties)
        width = self.width_px.of(properties) if self.outlined else 0.0
        fill, edge = self.fill.of(properties), self.line.of(properties)
        return Mark(fill=fill, edge=edge, width_px=width)

    def _mark_point(self, properties: Properties) -> Mark:
        fill, points = self.fill.of(properties), self.points
        if isinstance(points, Glyphs):
            return Mark(
                fill=fill,
                edge=points.halo,
                width_px=1.0,
                glyph=points.glyph.of(properties),
                radius_px=points.side_px.of(properties) / 2,
            )
        return Mark(
            fill=fill,
            edge=self.line.of(properties),
            width_px=self.width_px.of(properties),
            radius_px=0.0 if points is None else points.radius_px.of(properties),
        )


def resolve_style(
    style: Style,
    theme: Theme,
    *,
    kind: KindDrawing | None = None,
    opacity: float = 1.0,
    scale: float = 1.0,
) -> ResolvedStyle:
    """Return a style as it is drawn in a theme; ``scale`` enlarges lines, points and labels."""
    kind = kind or KindDrawing(points="drawn")
    fill = style.fill
    stacked = kind.stacks_areas and isinstance(fill, Classes)
    return ResolvedStyle(
        theme=theme,
        opacity=opacity,
        fill=resolve_color(fill, theme),
        line=resolve_color(style.line, theme),
        width_px=_resolve_width(style).map(lambda px: px * scale),
        filled=fill is not None or style.cell is not None,
        outlined=_outlines_areas(style),
        round_caps=kind.round_caps,
        squares=_resolve_squares(style, kind, theme),
        points=_resolve_points(style, kind, theme, scale),
        text=None if style.label is None else _resolve_text(style.label, theme, scale),
        area_order=tuple(c.value for c in fill.classes) if stacked else (),  # type: ignore[union-attr]
        shade=SHADE[theme] if kind.relief else None,
    )


def resolve_color(color: Color | None, theme: Theme) -> Scale[str]:
    """Return the colors of a theme, as #rrggbb or #rrggbbaa."""
    paints: Scale[Paint]
    if color is None:
        paints = Constant(CLEAR)
    elif isinstance(color, Paint):
        paints = Constant(color)
    elif isinstance(color, Classes):
        values = {entry.value: entry.paint for entry in color.classes}
        paints = ByClass(property=color.property, values=values, other=color.other)
    else:
        paints = ByStep(
            property=color.property,
            breaks=color.breaks,
            values=tuple(color.paints),
            unknown=color.unknown,
        )
    return paints.map(lambda paint: paint.css(theme))


def _resolve_width(style: Style) -> Scale[float]:
    """Return widths: by class if the style has classes, thinner where a figure is unknown."""
    line, usual = style.line, style.line_width_px
    if isinstance(line, Ramp):
        unknown = usual * UNKNOWN_WIDTH
        return ByStep(property=line.property, breaks=(), values=(usual,), unknown=unknown)
    if style.line_widths_px and isinstance(line, Classes):
        return ByClass(property=line.property, values=dict(style.line_widths_px), other=usual)
    return Constant(usual)


def _outlines_areas(style: Style) -> bool:
    """Return whether areas have an outline; where only classes of lines have a width, none has."""
    lines_only = style.line_widths_px and not style.line_width_px
    return style.cell is not None or (style.line is not None and not lines_only)


def _resolve_squares(style: Style, kind: KindDrawing, theme: Theme) -> Squares | None:
    if style.cell is None:
        return None
    fill = resolve_color(style.cell, theme)
    return Squares(fill=fill, edge=CELL_EDGE.css(theme), marked_by=kind.square_property)


def _resolve_points(
    style: Style, kind: KindDrawing, theme: Theme, scale: float
) -> Circles | Glyphs | None:
    replaced = style.label is not None and not kind.labels_shapes
    if kind.points != "drawn" or style.fill is None or replaced:
        return None
    glyph = _resolve_glyph(style)
    sizes = _resolve_sizes(style.point_sizes) if style.point_sizes is not None else None
    if glyph is None:
        radius = Constant(style.point_radius_px) if sizes is None else sizes
        return Circles(radius.map(lambda px: px * scale))
    diameter = style.point_radius_px * 2 * scale
    side: Scale[float] = Constant(diameter)
    if sizes is not None:
        side = sizes.map(lambda px: 2 * px * scale / GLYPH_SHARE)
    elif style.grows_by_count:
        side = GROWTH.map(lambda factor: diameter * factor)
    return Glyphs(glyph=glyph, side_px=side, halo=HALO.css(theme))


def _resolve_glyph(style: Style) -> Scale[Glyph] | None:
    """Return what points are drawn as; None where they are circles."""
    fill = style.fill
    if isinstance(fill, Paint):
        return None if style.point is None else Constant(style.point)
    if not isinstance(fill, Classes) or fill.classes[0].shape in ("area", "line"):
        return None
    values = {entry.value: entry.glyph for entry in fill.classes}
    return ByClass(property=fill.property, values=values, other=fill.other_symbol or "circle")


def _resolve_sizes(sizes: Sizes) -> Scale[float]:
    return ByStep(
        property=sizes.property,
        breaks=sizes.breaks,
        values=sizes.radii_px,
        unknown=sizes.unknown_px,
    )


def _resolve_text(label: Label, theme: Theme, scale: float) -> Text:
    sizes = tuple((least, px * scale) for least, px in label.sizes)
    return Text(
        label=replace(label, size_px=label.size_px * scale, sizes=sizes),
        color=label.paint.css(theme),
        halo=label.halo.css(theme),
        dot=None if label.dot is None else label.dot.css(theme),
    )


def encode_glyph(glyph: Glyph) -> str | dict[str, Any]:
    """Return a shape by its name, a symbol by its drawing, as JSON can hold it."""
    return glyph.model_dump(mode="json") if isinstance(glyph, Symbol) else glyph
