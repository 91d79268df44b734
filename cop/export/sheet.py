"""Layout of a scene on paper or a slide, in millimeters, for any writer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import matplotlib
from PIL import ImageFont

from cop.export.brief import Brief, BriefLayer
from cop.export.legend import LegendBlock, LegendRow, fit_symbol, symbol_polygon
from cop.model.marking import marking_color
from cop.model.style import Shape
from cop.model.symbol import Symbol
from cop.model.text import FigureText

FONTS: Final = f"{matplotlib.get_data_path()}/fonts/ttf"
"""Shipped with matplotlib, so that lines break alike on every machine."""
FONT_NAME: Final = "DejaVu Sans"
MM_PER_POINT: Final = 0.352778
INK, MUTED, AMBER, VERMILION, BLACK = "#1d2733", "#5b6b7a", "#e69f00", "#d55e00", "#000000"
_GROUNDS: Final = {"SYNTHETIC": AMBER, "STALE": VERMILION}
_MARGIN, _GAP, _BAR, _HEAD = 8.0, 4.0, 8.0, 16.0
_FIGURES, _FACTS, _STAMP = 17.0, 26.0, 4.0
_SAMPLE, _LEADING = 3.0, 1.25
_TINY, _SMALL, _PLAIN, _LARGE, _HUGE = 6.5, 7.0, 8.5, 14.0, 16.0


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


@dataclass(frozen=True, kw_only=True)
class _Item:
    """An item of a column: its height, and its elements at a position."""

    height: float
    build: Callable[[float, float], Sheet]


@dataclass(kw_only=True)
class _Column:
    """A column of items; ``top`` moves down with each."""

    x: float
    top: float
    bottom: float


def lay_out(brief: Brief, *, width_mm: float, height_mm: float) -> list[Sheet]:
    """Return the sheets of a scene: one, and more only if its legend and sources need them.

    The first has the map in 16:9; every sheet has the marking at the top and bottom, the DTG and
    the Picture's id.
    """
    stamp = _stamp_lines(brief, width_mm)
    top, bottom = _BAR + _HEAD, height_mm - _BAR - len(stamp) * _STAMP
    inside = width_mm - 2 * _MARGIN
    height = min(2 / 3 * inside * 9 / 16, bottom - top - _FIGURES - _FACTS)
    place = MapPlace(x=_MARGIN, y=top, width=height * 16 / 9, height=height)
    under = top + height + 1
    first: Sheet = [place, *_figures(brief.figures, _MARGIN, under, place.width)]
    half, beside = (place.width - _GAP) / 2, inside - place.width - _GAP
    xs = (_MARGIN, _MARGIN + half + _GAP, _MARGIN + place.width + _GAP)
    below = [_Column(x=x, top=under + _FIGURES, bottom=bottom) for x in xs[:2]]
    right = _Column(x=xs[2], top=top, bottom=bottom)
    rest = _flow(list(_legend(brief, beside)), [right], first)
    rest += _flow(list(_facts(brief, min(half, beside))), [*below, right], first)
    sheets = [first]
    columns = int((inside + _GAP) // (beside + _GAP))
    while rest:
        sheet: Sheet = []
        lefts = [_MARGIN + i * (beside + _GAP) for i in range(columns)]
        rest = _flow(rest, [_Column(x=x, top=top, bottom=bottom) for x in lefts], sheet)
        sheets.append(sheet)
    for number, sheet in enumerate(sheets, start=1):
        page = "" if len(sheets) == 1 else f" · sheet {number} of {len(sheets)}"
        sheet.extend(_frame(brief, width_mm, height_mm, page))
        sheet.extend(
            _line(line, _MARGIN, bottom + i * _STAMP, inside, _TINY, color=MUTED)
            for i, line in enumerate(stamp)
        )
    return sheets


def _flow(items: list[_Item], columns: Sequence[_Column], sheet: Sheet) -> list[_Item]:
    """Fill the columns in turn; return the items that did not fit."""
    for column in columns:
        while items and column.top + items[0].height <= column.bottom:
            sheet.extend(items[0].build(column.x, column.top))
            column.top += items.pop(0).height
    return items


def _stamp_lines(brief: Brief, width: float) -> list[str]:
    """Return the footer of every sheet: the Picture's stamp, and the sources' names."""
    titles = "; ".join(source.title for source in brief.sources) or "none"
    inside = width - 2 * _MARGIN
    named = _wrapped(f"Sources: {titles}", inside, _TINY, bold=False)
    return [*named, _cut(brief.stamp, inside, _TINY)]


def _frame(brief: Brief, width: float, height: float, page: str) -> Iterator[Element]:
    for y in (0.0, height - _BAR):
        yield Words(
            x=0, y=y, width=width, height=_BAR, lines=[brief.marking], size_pt=11, bold=True,
            color=marking_color(brief.marking), ground=BLACK, align="center",
        )  # fmt: skip
        for place, word in enumerate(reversed(brief.warnings), start=1):
            yield Words(
                x=width - _MARGIN - 34 * place + 2, y=y + 1, width=32, height=_BAR - 2,
                lines=[word], size_pt=10, bold=True, color="#1b1200", ground=_GROUNDS[word],
                align="center",
            )  # fmt: skip
    inside = width - 2 * _MARGIN
    title = _cut(brief.title, inside, _LARGE, bold=True)
    yield _line(title, _MARGIN, _BAR + 1, inside, _LARGE, bold=True)
    words = f"{brief.scope.line} · DTG {brief.created}{page}"
    for i, line in enumerate(_wrapped(words, inside, _PLAIN, bold=False)):
        y = _BAR + 8 + i * _PLAIN * MM_PER_POINT * _LEADING
        yield _line(line, _MARGIN, y, inside, _PLAIN, color=MUTED)


def _figures(figures: Sequence[FigureText], x: float, y: float, width: float) -> Iterator[Words]:
    each = width / max(1, len(figures))
    for i, figure in enumerate(figures):
        left = x + i * each
        yield _line(figure.title, left, y, each, _SMALL, color=MUTED)
        yield _line(figure.value, left, y + 3.4, each, _HUGE, bold=True)
        change = _cut(figure.change or "", each, _TINY)
        yield _line(change, left, y + 11.2, each, _TINY, color=MUTED)


def _facts(brief: Brief, width: float) -> Iterator[_Item]:
    for title, lines in (
        ("CAVEATS", brief.caveats),
        ("IMPACT LEVELS", brief.impact_lines),
        ("ANNOTATIONS", brief.annotation_lines),
        ("PICTURE", brief.picture_lines),
        ("SOURCES", brief.source_lines),
    ):
        if lines:
            yield _text(title, width, _SMALL, bold=True)
        for line in lines:
            yield _text(line, width, _TINY, after=0.2)


def _legend(brief: Brief, width: float) -> Iterator[_Item]:
    yield _text("LAYERS", width, _SMALL, bold=True)
    for shown in brief.explained:
        yield from _layer(shown, width)


def _layer(shown: BriefLayer, width: float) -> Iterator[_Item]:
    yield _text(shown.title, width, _PLAIN, bold=True)
    for block in shown.legend:
        yield from _block(block, width)
    for line in shown.lines:
        yield _text(line, width, _TINY, color=MUTED, after=1.2)


def _block(block: LegendBlock, width: float) -> Iterator[_Item]:
    if block.unit:
        yield _text(block.unit, width, _TINY, color=MUTED)
    half = width / 2
    room = half - _SAMPLE - 2
    wide = any(_measure(row.label, _TINY) > room for row in block.rows)
    step = 1 if wide else 2
    for i in range(0, len(block.rows), step):
        yield _rows(block.rows[i : i + step], width / step)


def _rows(rows: Sequence[LegendRow], each: float) -> _Item:
    height = _SAMPLE + 0.5

    def build(x: float, y: float) -> Sheet:
        sheet: Sheet = []
        for i, row in enumerate(rows):
            left = x + i * each
            sheet += _marks(row, left, y + 0.2)
            inside = each - _SAMPLE - 2
            label = _cut(row.label, inside, _TINY)
            sheet.append(_line(label, left + _SAMPLE + 1.5, y + 0.3, inside, _TINY))
        return sheet

    return _Item(height=height, build=build)


def _marks(row: LegendRow, x: float, y: float) -> Iterator[SheetMark]:
    if not isinstance(row.shape, Symbol):
        yield _mark(row, row.shape, x, y)
        return
    for fill, rings in fit_symbol(row.shape):
        first, *more = ([(x + dx * _SAMPLE, y + dy * _SAMPLE) for dx, dy in r] for r in rings)
        yield SheetMark(points=first, more=more, fill=fill, edge=None, edge_mm=0)


def _mark(row: LegendRow, shape: Shape, x: float, y: float) -> SheetMark:
    middle = _SAMPLE / 2
    points = [
        (x + middle + (dx - 0.5) * _SAMPLE * row.size, y + middle + (dy - 0.5) * _SAMPLE * row.size)
        for dx, dy in symbol_polygon(shape)
    ]
    if shape == "ring":
        return SheetMark(points=points, fill=None, edge=_flat(row.fill), edge_mm=0.5)
    return SheetMark(points=points, fill=_flat(row.fill), edge=_flat(row.edge), edge_mm=0.1)


def _flat(color: str | None) -> str | None:
    """Return a color as it looks on white paper, without transparency."""
    if color is None:
        return None
    channels = bytes.fromhex(color.removeprefix("#").ljust(8, "f"))
    share = channels[3] / 255
    return "#" + "".join(f"{round(c * share + 255 * (1 - share)):02x}" for c in channels[:3])


def _text(
    text: str,
    width: float,
    size: float,
    *,
    bold: bool = False,
    color: str = INK,
    after: float = 0.3,
) -> _Item:
    lines = _wrapped(text, width, size, bold=bold)
    height = len(lines) * size * MM_PER_POINT * _LEADING

    def build(x: float, y: float) -> Sheet:
        return [
            Words(
                x=x, y=y, width=width, height=height, lines=lines, size_pt=size, bold=bold,
                color=color,
            )
        ]  # fmt: skip

    return _Item(height=height + after, build=build)


def _line(
    text: str,
    x: float,
    y: float,
    width: float,
    size: float,
    *,
    bold: bool = False,
    color: str = INK,
) -> Words:
    height = size * MM_PER_POINT * _LEADING
    return Words(
        x=x, y=y, width=width, height=height, lines=[text], size_pt=size, bold=bold, color=color
    )


def _wrapped(text: str, width: float, size: float, *, bold: bool) -> list[str]:
    """Break a text into lines; a word wider than the line is broken too."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if _measure(longer, size, bold=bold) <= width:
            lines[-1] = longer
            continue
        lines.append("")
        for character in word:
            if _measure(lines[-1] + character, size, bold=bold) > width:
                lines.append("")
            lines[-1] += character
    return [line for line in lines if line] or [""]


def _cut(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Return the part of a text that fits on one line."""
    if _measure(text, size, bold=bold) <= width:
        return text
    while text and _measure(f"{text}…", size, bold=bold) > width:
        text = text[:-1]
    return f"{text}…"


def _measure(text: str, size_pt: float, *, bold: bool = False) -> float:
    return float(_font(bold).getlength(text)) / _FONT_PX * size_pt * MM_PER_POINT


_FONT_PX = 100


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(bold=bold), _FONT_PX)


def font_file(*, bold: bool) -> str:
    """Return the path of the typeface."""
    return f"{FONTS}/DejaVuSans{'-Bold' if bold else ''}.ttf"
