"""The style of an uploaded layer as a person writes it, in the words of layers/*.py."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from cop.errors import LayerError
from cop.model.palette import OKABE_ITO, RAMP
from cop.model.scale import class_value
from cop.model.style import Classes, Color, Label, Paint, Ramp, Shape, Sizes, Style, StyleClass
from cop.model.symbol import Symbol, check_code

MOST_CLASSES, MOST_BREAKS, MOST_TOOLTIP = 24, 6, 8
MOST_IN_TILE = 2_000
"""Where more small features lie in a tile, it has squares that represent many."""
CELL: Final = "cop_cell"
"""The property that is 1 on a square which represents many features."""
COUNT: Final = "cop_n"
"""How many features a feature of a tile counts for; the sums of all tiles of a zoom are equal."""
UNKNOWN = Paint("#76818d", "#98a2ac")
CELLS = Ramp(
    property=COUNT,
    breaks=(10, 100, 1_000, 10_000),
    paints=(
        Paint("#2a78ab66", "#b9d690a6"),
        Paint("#2e8a988c", "#88c369b3"),
        Paint("#5ab07fb3", "#418a80cc"),
        Paint("#a3d474cc", "#1a608fd9"),
        Paint("#f6f0b5e6", "#07305ce6"),
    ),
    unit="features per square",
    unknown=UNKNOWN,
    whole=True,
)
_AREA_ALPHA = "66"
_GRAY: Final = ("#9aa5b1", "#7a8591")
_PLAIN: Final = ("circle", "line", "area")

HexColor = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$")]
PaintWords = HexColor | tuple[HexColor, HexColor]
"""One color for both themes, or the dark theme's and the light one's."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
SymbolCode = Annotated[
    str,
    # YAML reads twenty digits as a number.
    BeforeValidator(lambda code: str(code) if type(code) is int else code),
    StringConstraints(max_length=40),
    AfterValidator(check_code),
]
"""The code of a symbol of MIL-STD-2525; drawing it shows whether there is one."""
Pixels = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]


class _StyleModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ClassWords(_StyleModel):
    """One value of a column: what the legend calls it, its paint, its shape or its symbol."""

    value: bool | int | float | Name
    label: Words = ""
    paint: PaintWords | None = None
    shape: Shape | None = None
    symbol: SymbolCode | None = None

    @model_validator(mode="after")
    def _drawn_once(self) -> Self:
        if self.symbol is None and self.paint is None:
            raise ValueError(f"class {self.value!r}: choose a paint or a symbol")
        if self.symbol is not None and self.shape is not None:
            raise ValueError(f"class {self.value!r}: use either a shape or a symbol")
        return self


class FillWords(_StyleModel):
    """Color by a column: by ``classes`` of its values, or by ``breaks`` of its numbers.

    Of a ramp ``paints`` may be left out: they are then taken from the palette.
    """

    property: Name
    classes: Annotated[tuple[ClassWords, ...], Field(max_length=MOST_CLASSES)] = ()
    other: PaintWords = _GRAY
    other_label: Words | None = None
    breaks: Annotated[tuple[float, ...], Field(max_length=MOST_BREAKS)] = ()
    paints: tuple[PaintWords, ...] = ()
    unit: Words = ""
    unknown: PaintWords = ("#76818d", "#98a2ac")
    whole: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.classes) == bool(self.breaks):
            raise ValueError(f"fill by {self.property!r}: use either classes or breaks")
        if any(low >= high for low, high in pairwise(self.breaks)):
            raise ValueError(f"fill by {self.property!r}: breaks {self.breaks} must ascend")
        if self.paints and len(self.paints) != len(self.breaks) + 1:
            raise ValueError(
                f"fill by {self.property!r}: {len(self.breaks)} breaks need "
                f"{len(self.breaks) + 1} paints, not {len(self.paints)}"
            )
        values = [class_value(entry.value) for entry in self.classes]
        if len(set(values)) < len(values):
            raise ValueError(f"fill by {self.property!r}: a value has two classes")
        return self


class SizeWords(_StyleModel):
    """Point radii by the numbers of a column."""

    property: Name
    breaks: Annotated[tuple[float, ...], Field(min_length=1, max_length=MOST_BREAKS)]
    radii_px: tuple[Pixels, ...]
    unit: Words = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            Sizes(**dict(self))
        except LayerError as fault:
            raise ValueError(str(fault)) from fault
        return self


class LabelWords(_StyleModel):
    """The column whose text labels a feature."""

    property: Name
    size_px: Annotated[int, Field(ge=8, le=40)] = 12
    capitals: bool = False


class StyleWords(_StyleModel):
    """How an uploaded layer is drawn; what is left out has a default that fits its shapes."""

    fill: PaintWords | FillWords = ("#56b4e9", "#0072b2")
    line: PaintWords | None = None
    line_width_px: Pixels = 1.5
    point_radius_px: Annotated[float, Field(ge=1, le=40, allow_inf_nan=False)] = 5.0
    point_sizes: SizeWords | None = None
    shape: Shape | None = None
    symbol: SymbolCode | None = None
    label: LabelWords | None = None
    tooltip: Annotated[tuple[Name, ...], Field(max_length=MOST_TOOLTIP)] = ()
    opacity: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    nodata: float | None = None

    @field_validator("tooltip")
    @classmethod
    def _once_each(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("tooltip: a column is listed twice")
        return names

    @model_validator(mode="after")
    def _drawn_once(self) -> Self:
        if self.symbol is not None and self.shape is not None:
            raise ValueError("use either a shape or a symbol")
        if self.symbol is not None and isinstance(self.fill, FillWords) and self.fill.breaks:
            raise ValueError(
                f"symbol {self.symbol}: symbols have their own colors, so the ramp by "
                f"{self.fill.property!r} has no effect. Remove one of them"
            )
        return self

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all symbols that it names."""
        classes = self.fill.classes if isinstance(self.fill, FillWords) else ()
        symbols = (self.symbol, *(entry.symbol for entry in classes))
        return tuple(dict.fromkeys(code for code in symbols if code is not None))

    def check_columns(self, kinds: dict[str, str]) -> None:
        """Raise LayerError where a column is missing, or is no number where one is needed."""
        for name in (*self.columns, *self.tooltip):
            if name not in kinds:
                known = ", ".join(kinds) or "none"
                raise LayerError(f"style: the layer has no column {name!r}; it has: {known}")
        for name in self._numbers:
            if kinds[name] not in ("BIGINT", "DOUBLE"):
                raise LayerError(f"style: column {name!r} has no numbers: use classes")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that color, size and label need."""
        parts = (self.fill, self.point_sizes, self.label)
        names = [part.property for part in parts if isinstance(part, FillWords | SizeWords)]
        return tuple(dict.fromkeys([*names, *([self.label.property] if self.label else [])]))

    @property
    def class_column(self) -> str | None:
        """The column whose values are classes: tiles carry it as text."""
        fill = self.fill
        return fill.property if isinstance(fill, FillWords) and fill.classes else None

    @property
    def _numbers(self) -> list[str]:
        names = [self.point_sizes.property] if self.point_sizes else []
        if isinstance(self.fill, FillWords) and self.fill.breaks:
            names.append(self.fill.property)
        return names

    def build(
        self,
        *,
        points: int,
        lines: int,
        areas: int,
        symbols: Mapping[str, Symbol] | None = None,
    ) -> Style:
        """Return the style of a layer that has so many of each shape.

        ``symbols`` are the drawings of its codes; LayerError where one is missing.
        """
        usual: Shape = "circle" if points else "line" if lines and not areas else "area"
        drawn = _Drawn(symbols or {}, points=points)
        symbol = drawn.find(self.symbol)
        color = _color(self.fill, self.shape or usual, drawn, symbol)
        point = symbol or (self.shape if self.shape not in _PLAIN else None)
        line: Color = color if lines else Paint("#dfe6ed", "#1d2733")
        if self.line is not None:
            line = paint_of(self.line)
        return Style(
            fill=_seen_through(color) if areas and not points else color,
            point=point if isinstance(color, Paint) else None,
            line=line,
            line_width_px=self.line_width_px,
            point_radius_px=self.point_radius_px,
            point_sizes=Sizes(**dict(self.point_sizes)) if self.point_sizes else None,
            cell=CELLS if points + lines + areas > MOST_IN_TILE else None,
            label=Label(**dict(self.label)) if self.label else None,
            # A column of a file that is named count may hold anything.
            grows_by_count=False,
        )


def paint_of(words: PaintWords) -> Paint:
    """Return the stated paint."""
    return Paint(words, words) if isinstance(words, str) else Paint(*words)


def ramp_paints(n: int) -> tuple[Paint, ...]:
    """Return ``n`` different paints of the palette's ramp, 1 to 7, the ends far apart.

    The ramp's first paint is close to the page's ground and is left out.
    """
    steps = len(RAMP) - 2
    if n <= steps + 1:
        # A half is rounded to the even one of the whole ramp's numbers: stored layers look so.
        return tuple(RAMP[round(1 + i * steps / max(1, n - 1))] for i in range(n))
    return tuple(_paint_between(RAMP[1:], i * steps / (n - 1)) for i in range(n))


def _paint_between(ramp: tuple[Paint, ...], place: float) -> Paint:
    """Return the paint at a place between two of a ramp, mixed channel by channel."""
    low = min(int(place), len(ramp) - 2)
    share = place - low
    here, there = ramp[low], ramp[low + 1]
    return Paint(_mix(here.dark, there.dark, share), _mix(here.light, there.light, share))


def _mix(here: str, there: str, share: float) -> str:
    pairs = zip(bytes.fromhex(here[1:]), bytes.fromhex(there[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def class_paints(n: int) -> tuple[Paint, ...]:
    """Return ``n`` class paints of the palette, in order; they repeat after the eighth."""
    paints = list(OKABE_ITO.values())
    return tuple(paints[i % len(paints)] for i in range(n))


class _Drawn:
    """The drawings of a style's symbols; a layer without points has no use for them."""

    def __init__(self, symbols: Mapping[str, Symbol], *, points: int) -> None:
        self._symbols, self._used = symbols, points > 0

    def find(self, code: str | None) -> Symbol | None:
        if code is None or not self._used:
            return None
        if code not in self._symbols:
            raise LayerError(f"style: symbol {code} is not drawn yet: style the layer again")
        return self._symbols[code]


def _color(
    words: PaintWords | FillWords, shape: Shape, drawn: _Drawn, symbol: Symbol | None
) -> Color:
    if not isinstance(words, FillWords):
        return paint_of(words)
    if words.classes:
        return Classes(
            property=words.property,
            classes=tuple(_class(entry, shape, drawn, symbol) for entry in words.classes),
            other=paint_of(words.other),
            other_label=words.other_label,
            other_symbol=symbol,
        )
    n = len(words.breaks) + 1
    return Ramp(
        property=words.property,
        breaks=words.breaks,
        paints=tuple(map(paint_of, words.paints)) or ramp_paints(n),
        unit=words.unit or words.property,
        unknown=paint_of(words.unknown),
        whole=words.whole,
    )


def _class(entry: ClassWords, shape: Shape, drawn: _Drawn, symbol: Symbol | None) -> StyleClass:
    value = class_value(entry.value)
    return StyleClass(
        value=value,
        label=entry.label or value,
        paint=paint_of(entry.paint or _GRAY),
        shape=entry.shape or shape,
        symbol=drawn.find(entry.symbol) or (symbol if entry.shape is None else None),
    )


def _seen_through(color: Color) -> Color:
    """Return the paint of an area, translucent unless an alpha is stated."""
    if isinstance(color, Paint):
        return _faded(color)
    if isinstance(color, Ramp):
        paints = _all_faded(color.paints)
        return Ramp(**{**vars(color), "paints": paints, "unknown": _faded(color.unknown)})
    classes = tuple(StyleClass(**{**vars(c), "paint": _faded(c.paint)}) for c in color.classes)
    return Classes(**{**vars(color), "classes": classes, "other": _faded(color.other)})


def _all_faded(paints: Iterable[Paint]) -> Sequence[Paint]:
    return tuple(map(_faded, paints))


def _faded(paint: Paint) -> Paint:
    opaque = len("#rrggbb")
    dark, light = (
        f"{value}{_AREA_ALPHA}" if len(value) == opaque else value
        for value in (paint.dark, paint.light)
    )
    return Paint(dark, light)
