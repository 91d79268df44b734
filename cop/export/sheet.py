"""Layout of a scene on paper, in millimeters, for any writer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cop.export.brief import Brief, BriefLayer
from cop.export.element import (
    BLACK,
    GROUNDS,
    INK,
    LEADING,
    MM_PER_POINT,
    MUTED,
    Element,
    MapPlace,
    Sheet,
    Words,
    cut,
    line,
    measure,
    wrapped,
)
from cop.export.legend import LegendBlock, LegendRow
from cop.export.mark import build_code, build_north, build_sample, build_scale_bar
from cop.model.marking import marking_color
from cop.model.paper import Paper
from cop.model.text import FigureText

_MARGIN, _GAP, _BAR, _CODE = 8.0, 4.0, 8.0, 18.0
_FIGURES, _FACTS, _STAMP = 17.0, 26.0, 4.0
_SAMPLE = 3.0
_TINY, _SMALL, _PLAIN, _LARGE, _HUGE = 6.5, 7.0, 8.5, 14.0, 16.0
_HEAD_LINE = _PLAIN * MM_PER_POINT * LEADING
_MAP_SHARES = (1.0, 0.94, 0.88, 0.82, 0.76)
_LEAST_LINES = 6
"""Lines on a sheet that follows: fewer would be looked for on a page of their own."""


@dataclass(frozen=True, kw_only=True)
class _Item:
    """An item of a column: its height and lines, and its elements at a position.

    A heading stands in one column with what follows it.
    """

    height: float
    lines: int
    build: Callable[[float, float], Sheet]
    is_heading: bool = False


_Placed = tuple[_Item, float, float]


@dataclass(kw_only=True)
class _Column:
    """A column of items; ``top`` moves down with each."""

    x: float
    top: float
    bottom: float

    def fits(self, item: _Item, following: _Item | None) -> bool:
        """Return whether there is room for an item, and for what follows a heading."""
        needed = item.height + (following.height if item.is_heading and following else 0)
        return self.top + needed <= self.bottom


def lay_out(brief: Brief, paper: Paper) -> list[Sheet]:
    """Return the sheets of a scene: one, and more only if its legend and facts need them.

    The first has the map in 16:9, a little smaller where all then fits on it. Every sheet has the
    marking at the top and bottom, the DTG, the Picture's id and its QR code.
    """
    drafts = (_draft(brief, paper, share) for share in _MAP_SHARES)
    sheets = next((found for found in drafts if len(found) == 1), None)
    sheets = sheets or _draft(brief, paper, 1.0)
    stamp, bottom = _stamp_lines(brief, paper.width_mm), _bottom(brief, paper)
    for number, sheet in enumerate(sheets, start=1):
        page = "" if len(sheets) == 1 else f" \N{MIDDLE DOT} sheet {number} of {len(sheets)}"
        sheet.extend(_frame(brief, paper, page))
        sheet.extend(
            line(words, _MARGIN, bottom + i * _STAMP, _inside(paper), _TINY, color=MUTED)
            for i, words in enumerate(stamp)
        )
    return sheets


def _draft(brief: Brief, paper: Paper, share: float) -> list[Sheet]:
    """Lay out the map, figures, legend and facts; the map has a share of its greatest size."""
    top, bottom, inside = _top(brief, paper), _bottom(brief, paper), _inside(paper)
    height = share * min(2 / 3 * inside * 9 / 16, bottom - top - _FIGURES - _FACTS)
    place = MapPlace(x=_MARGIN, y=top, width=height * 16 / 9, height=height)
    under = top + height + 1
    half, beside = (place.width - _GAP) / 2, inside - place.width - _GAP
    xs = (_MARGIN, _MARGIN + half + _GAP, _MARGIN + place.width + _GAP)
    below = [_Column(x=x, top=under + _FIGURES, bottom=bottom) for x in xs[:2]]
    right = _Column(x=xs[2], top=top, bottom=bottom)
    legend, facts = list(_legend(brief, beside)), list(_facts(brief, min(half, beside)))
    shown = _place(legend, [right])
    stated = _place(facts, [*below, right])
    rest = [*legend[len(shown) :], *facts[len(stated) :]]
    lefts = [_MARGIN + i * (beside + _GAP) for i in range(int((inside + _GAP) // (beside + _GAP)))]
    pages = _continue(stated, rest, lambda: [_Column(x=x, top=top, bottom=bottom) for x in lefts])
    first: Sheet = [
        place,
        *build_scale_bar(brief, place, _SMALL),
        *build_north(place, _SMALL),
        *_figures(brief.figures, _MARGIN, under, place.width),
        *(element for item, x, y in shown for element in item.build(x, y)),
    ]
    sheets = [[e for item, x, y in page for e in item.build(x, y)] for page in pages]
    return [[*first, *sheets[0]], *sheets[1:]]


def _continue(
    first: list[_Placed], rest: list[_Item], fresh: Callable[[], list[_Column]]
) -> list[list[_Placed]]:
    """Place the rest on further sheets; the last takes over items until it has enough lines."""
    pages = [first]
    while rest:
        columns = fresh()
        placed = _place(rest, columns) or [(rest[0], columns[0].x, columns[0].top)]
        pages.append(placed)
        rest = rest[len(placed) :]
    if len(pages) > 1:
        before, last = pages[-2:]
        items = [item for item, _, _ in last]
        while before and (
            sum(item.lines for item in items) < _LEAST_LINES or before[-1][0].is_heading
        ):
            items.insert(0, before.pop()[0])
        pages[-1] = _place(items, fresh()) if len(items) > len(last) else last
    return pages


def _place(items: Sequence[_Item], columns: Sequence[_Column]) -> list[_Placed]:
    """Return where the first items stand that fit the columns, filled in turn."""
    placed: list[_Placed] = []
    for column in columns:
        while len(placed) < len(items):
            following = items[len(placed) + 1] if len(placed) + 1 < len(items) else None
            item = items[len(placed)]
            if not column.fits(item, following):
                break
            placed.append((item, column.x, column.top))
            column.top += item.height
    return placed


def _bottom(brief: Brief, paper: Paper) -> float:
    return paper.height_mm - _BAR - len(_stamp_lines(brief, paper.width_mm)) * _STAMP


def _inside(paper: Paper) -> float:
    return paper.width_mm - 2 * _MARGIN


def _stamp_lines(brief: Brief, width: float) -> list[str]:
    """Return the footer of every sheet: the Picture's stamp, and the sources' names."""
    titles = "; ".join(source.title for source in brief.sources) or "none"
    inside = width - 2 * _MARGIN
    named = wrapped(f"Sources: {titles}", inside, _TINY, bold=False)
    return [*named, cut(brief.stamp, inside, _TINY)]


def _frame(brief: Brief, paper: Paper, page: str) -> Iterator[Element]:
    for y in (0.0, paper.height_mm - _BAR):
        yield Words(
            x=0, y=y, width=paper.width_mm, height=_BAR, lines=[brief.marking], size_pt=11,
            bold=True, color=marking_color(brief.marking), ground=BLACK, align="center",
        )  # fmt: skip
        for place, word in enumerate(reversed(brief.warnings), start=1):
            yield Words(
                x=paper.width_mm - _MARGIN - 34 * place + 2, y=y + 1, width=32, height=_BAR - 2,
                lines=[word], size_pt=10, bold=True, color="#1b1200", ground=GROUNDS[word],
                align="center",
            )  # fmt: skip
    inside = _inside(paper) - _CODE
    if brief.link:
        yield build_code(brief.link, _MARGIN + inside, _BAR, _CODE)
    title = cut(brief.title, inside, _LARGE, bold=True)
    yield line(title, _MARGIN, _BAR + 1, inside, _LARGE, bold=True)
    for i, words in enumerate(_head_lines(brief, paper, page)):
        yield line(words, _MARGIN, _BAR + 8 + i * _HEAD_LINE, inside, _PLAIN, color=MUTED)


def _head_lines(brief: Brief, paper: Paper, page: str) -> list[str]:
    """Return the lines under the title: the scope, never cut, then who prepared it and the id."""
    inside = _inside(paper) - _CODE
    by = f"Prepared by {brief.prepared_by} · " if brief.prepared_by else ""
    scope = wrapped(f"{brief.scope.line} · DTG {brief.created}{page}", inside, _PLAIN, bold=False)
    return [*scope, cut(f"{by}{brief.identity}", inside, _PLAIN)]


def _top(brief: Brief, paper: Paper) -> float:
    """Return where the content of each sheet begins, under the head at its longest."""
    lines = _head_lines(brief, paper, " · sheet 99 of 99")
    return _BAR + max(_CODE, 8 + len(lines) * _HEAD_LINE + 1)


def _figures(figures: Sequence[FigureText], x: float, y: float, width: float) -> Iterator[Words]:
    each = width / max(1, len(figures))
    for i, figure in enumerate(figures):
        left = x + i * each
        yield line(figure.title, left, y, each, _SMALL, color=MUTED)
        yield line(figure.value, left, y + 3.4, each, _HUGE, bold=True)
        change = cut(figure.change or "", each, _TINY)
        yield line(change, left, y + 11.2, each, _TINY, color=MUTED)


def _facts(brief: Brief, width: float) -> Iterator[_Item]:
    for title, lines in (
        ("CAVEATS", brief.caveats),
        ("ALERTS", brief.alert_lines or ("None open.",)),
        ("TOP CHANGES", brief.changed_lines),
        ("IMPACT LEVELS", brief.impact_lines),
        ("ANNOTATIONS", brief.annotation_lines),
        ("PICTURE", brief.picture_lines),
        ("SOURCES", brief.source_lines),
    ):
        if lines:
            yield _text(title, width, _SMALL, bold=True)
        for stated in lines:
            yield _text(stated, width, _TINY, after=0.2)


def _legend(brief: Brief, width: float) -> Iterator[_Item]:
    yield _text("LAYERS", width, _SMALL, bold=True)
    for shown in brief.explained:
        yield from _layer(shown, width)


def _layer(shown: BriefLayer, width: float) -> Iterator[_Item]:
    yield _text(shown.title, width, _PLAIN, bold=True)
    for block in shown.legend:
        yield from _block(block, width)
    for stated in shown.lines:
        yield _text(stated, width, _TINY, color=MUTED, after=1.2)


def _block(block: LegendBlock, width: float) -> Iterator[_Item]:
    if block.unit:
        yield _text(block.unit, width, _TINY, color=MUTED)
    half = width / 2
    room = half - _SAMPLE - 2
    wide = any(measure(row.label, _TINY) > room for row in block.rows)
    step = 1 if wide else 2
    for i in range(0, len(block.rows), step):
        yield _rows(block.rows[i : i + step], width / step)


def _rows(rows: Sequence[LegendRow], each: float) -> _Item:
    height = _SAMPLE + 0.5

    def build(x: float, y: float) -> Sheet:
        sheet: Sheet = []
        for i, row in enumerate(rows):
            left = x + i * each
            sheet += build_sample(row, left, y + 0.2, _SAMPLE)
            inside = each - _SAMPLE - 2
            label = cut(row.label, inside, _TINY)
            sheet.append(line(label, left + _SAMPLE + 1.5, y + 0.3, inside, _TINY))
        return sheet

    return _Item(height=height, lines=1, build=build)


def _text(
    text: str,
    width: float,
    size: float,
    *,
    bold: bool = False,
    color: str = INK,
    after: float = 0.3,
) -> _Item:
    lines = wrapped(text, width, size, bold=bold)
    height = len(lines) * size * MM_PER_POINT * LEADING

    def build(x: float, y: float) -> Sheet:
        return [
            Words(
                x=x, y=y, width=width, height=height, lines=lines, size_pt=size, bold=bold,
                color=color,
            )
        ]  # fmt: skip

    return _Item(height=height + after, lines=len(lines), build=build, is_heading=bold)
