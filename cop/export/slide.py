"""Layout of a scene on a slide, in millimeters: title, map, at most five bullets, legend, code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cop.export.brief import Brief, BriefLayer
from cop.export.element import (
    BLACK,
    GROUNDS,
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
from cop.export.legend import LegendRow
from cop.export.mark import build_code, build_north, build_sample, build_scale_bar
from cop.model.marking import marking_color
from cop.model.text import FigureText

WIDTH_MM, HEIGHT_MM = 338.67, 190.5
"""16 to 9, as slides are shown."""
MOST_BULLETS: Final = 5
BULLET_PT: Final = 18.0
_MOST_LINES = 12
_MARGIN, _GAP, _BAR = 9.0, 6.0, 8.0
_TITLE_PT, _SMALL_PT = 28.0, 12.0
_TOP, _MAP_WIDTH, _CODE, _SAMPLE, _ROW = 33.0, 206.0, 24.0, 4.0, 6.2
_LEGEND_ROWS, _SCOPE_LINES, _LINE = 4, 2, 5.4


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """The bullets of a slide in a box, mm from the left top."""

    x: float
    y: float
    width: float
    height: float
    lines: Sequence[str]
    size_pt: float = BULLET_PT


@dataclass(frozen=True, kw_only=True)
class Slide:
    """What is drawn on a slide, its bullets, and the notes under it."""

    sheet: Sheet
    bullets: Bullets
    notes: str


def build_slide(brief: Brief) -> Slide:
    """Return the slide of a scene; what is said in full is in its notes."""
    place = MapPlace(x=_MARGIN, y=_TOP, width=_MAP_WIDTH, height=_MAP_WIDTH * 9 / 16)
    left, under = place.x + place.width + _GAP, place.y + place.height + 3
    width = WIDTH_MM - _MARGIN - left
    lines = _shorten(list_points(brief), width)
    sheet = [
        place,
        *build_scale_bar(brief, place, _SMALL_PT),
        *build_north(place, _SMALL_PT),
        *_head(brief),
        *_legend(brief.explained, under),
        *_way_back(brief, left, under, width),
    ]
    bullets = Bullets(x=left, y=_TOP, width=width, height=place.height, lines=lines)
    return Slide(sheet=sheet, bullets=bullets, notes=build_notes(brief))


def list_points(brief: Brief) -> list[str]:
    """Return the points to make, the weightiest first: caveat, alerts, figures, top change."""
    # People are of the same events: the second figure goes first where room is short.
    first, people, others = brief.figures[:1], brief.figures[1:2], brief.figures[2:]
    points = [
        *brief.caveats[:1],
        *brief.alert_lines[:1],
        *map(_describe, (*first, *others, *people)),
        *(f"Changed: {text}" for text in brief.change_lines[:1]),
    ]
    return points[:MOST_BULLETS]


def build_notes(brief: Brief) -> str:
    """Return everything that a speaker may be asked: figures, sources, layers, the Picture."""
    parts: list[tuple[str, Sequence[str]]] = [
        ("CAVEATS", brief.caveats),
        ("FIGURES", [_explain(figure) for figure in brief.figures]),
        ("ALERTS", brief.alert_lines),
        ("TOP CHANGES", brief.changed_lines),
        ("IMPACT LEVELS", brief.impact_lines),
        ("ANNOTATIONS", brief.annotation_lines),
        ("SOURCES", brief.source_lines),
        ("LAYERS", [text for layer in brief.explained for text in _list_legend(layer)]),
        ("PICTURE", [brief.banner, brief.scope.line, *_preparer(brief), *brief.picture_lines]),
    ]
    return "\n\n".join("\n".join([title, *lines]) for title, lines in parts if lines)


def _describe(figure: FigureText) -> str:
    return f"{figure.title}: {figure.value}{f', {figure.brief}' if figure.brief else ''}"


def _explain(figure: FigureText) -> str:
    return ". ".join(part for part in (f"{figure.title}: {figure.value}", figure.change,
                                       figure.note) if part)  # fmt: skip


def _list_legend(layer: BriefLayer) -> list[str]:
    labels = [row.label for block in layer.legend for row in block.rows]
    return [layer.title, *([f"Legend: {', '.join(labels)}"] if labels else []), *layer.lines]


def _preparer(brief: Brief) -> list[str]:
    return [f"Prepared by {brief.prepared_by}"] if brief.prepared_by else []


def _shorten(points: Sequence[str], width: float) -> list[str]:
    """Cut points to three lines each, to two where room is short; the notes have the whole."""
    room = width - BULLET_PT * MM_PER_POINT * 1.2
    broken = [wrapped(text, room, BULLET_PT, bold=False) for text in points]
    most = 3 if sum(min(len(lines), 3) for lines in broken) <= _MOST_LINES else 2
    return [
        text if len(lines) <= most
        else " ".join([*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room, BULLET_PT)])
        for text, lines in zip(points, broken, strict=True)
    ]  # fmt: skip


def _head(brief: Brief) -> Iterator[Element]:
    for y in (0.0, HEIGHT_MM - _BAR):
        yield Words(
            x=0, y=y, width=WIDTH_MM, height=_BAR, lines=[brief.marking], size_pt=_SMALL_PT,
            bold=True, color=marking_color(brief.marking), ground=BLACK, align="center",
        )  # fmt: skip
        for place, word in enumerate(reversed(brief.warnings), start=1):
            yield Words(
                x=WIDTH_MM - _MARGIN - 38 * place + 2, y=y + 1, width=36, height=_BAR - 2,
                lines=[word], size_pt=_SMALL_PT, bold=True, color="#1b1200", ground=GROUNDS[word],
                align="center",
            )  # fmt: skip
    inside = WIDTH_MM - 2 * _MARGIN
    title = cut(brief.title, inside, _TITLE_PT, bold=True)
    yield line(title, _MARGIN, _BAR + 2, inside, _TITLE_PT, bold=True)
    scope = wrapped(brief.scope.line, inside, _SMALL_PT, bold=False)
    if len(scope) > _SCOPE_LINES:
        scope = [scope[0], cut(" ".join(scope[1:]), inside, _SMALL_PT)]
    for i, words in enumerate(scope):
        yield line(words, _MARGIN, _BAR + 14 + i * _LINE, inside, _SMALL_PT, color=MUTED)


def _legend(layers: Sequence[BriefLayer], top: float) -> Iterator[Element]:
    """Yield the legend of whole layers, top first, as far as there is room; notes have them all."""
    x, row, left = _MARGIN, 0, 0
    for layer in layers:
        found = _flow(layer, x, row) if layer.legend else []
        if found is None:
            left += 1
            continue
        for part, start, row in found:
            y = top + row * _ROW
            if isinstance(part, str):
                yield line(part, start, y, _width(part), _SMALL_PT, bold=True)
            else:
                yield from build_sample(part, start, y + 0.6, _SAMPLE)
                after = start + _SAMPLE + 1.5
                yield line(part.label, after, y, _width(part), _SMALL_PT)
            x = start + _width(part)
    if left:
        words = f"{left} more layer{'s' if left > 1 else ''}: see notes"
        beside = _MARGIN + _MAP_WIDTH + _GAP
        yield line(words, beside, top + 4 * _LINE, _MAP_WIDTH / 3, _SMALL_PT, color=MUTED)


def _width(part: str | LegendRow) -> float:
    """Return the room that a layer's title or a sample with its label takes, and a gap."""
    if isinstance(part, str):
        return measure(part, _SMALL_PT, bold=True) + 3
    return _SAMPLE + 5.5 + measure(part.label, _SMALL_PT)


def _flow(layer: BriefLayer, x: float, row: int) -> list[tuple[str | LegendRow, float, int]] | None:
    """Return where a layer's title and samples stand; None where there is no room for all."""
    parts: list[str | LegendRow] = [layer.title]
    parts += [entry for block in layer.legend for entry in block.rows]
    found: list[tuple[str | LegendRow, float, int]] = []
    for part in parts:
        if x + _width(part) > _MARGIN + _MAP_WIDTH and x > _MARGIN:
            x, row = _MARGIN, row + 1
        if row >= _LEGEND_ROWS:
            return None
        found.append((part, x, row))
        x += _width(part)
    return found


def _way_back(brief: Brief, x: float, y: float, width: float) -> Iterator[Element]:
    """Yield the QR code of the Picture's address with its id, and who prepared the slide."""
    named = [brief.identity]
    if brief.link:
        yield build_code(brief.link, x + width - _CODE, y - 2, _CODE)
        named = [f"Picture {brief.picture_id}", f"Revision {brief.revision}"]
    words = [*_preparer(brief), *named, f"DTG {brief.created}"]
    for i, text in enumerate(words):
        room = width - _CODE - 2
        yield line(cut(text, room, _SMALL_PT), x, y + i * _LINE, room, _SMALL_PT, color=MUTED)
