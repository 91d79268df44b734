"""The styles of a KML's placemarks as the style of a layer: one for all, or a class for each."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pyarrow as pa

from cop.ingest.source.base.opened import Batch, Job, OpenedFile
from cop.ingest.source.base.placemark import (
    Kind,
    Placemark,
    PlacemarkStyle,
    StyledDocument,
)
from cop.model.styling import MOST_CLASSES, ClassWords, FillWords, StyleWords

_RADIUS_PX, _LEAST_RADIUS_PX, _MOST_RADIUS_PX = 6.0, 1.0, 40.0
_MOST_WIDTH_PX, _LONGEST = 60.0, 80
_OTHER: Final = ("#9aa5b1", "#7a8591")
_OPAQUE: Final = "ff"


@dataclass(frozen=True, kw_only=True)
class KeptStyle:
    """The style of a layer, the label of each row's class, and in words what is not kept.

    Without ``labels`` all rows are drawn alike; without ``words`` no style of the file is kept.
    """

    words: StyleWords | None = None
    labels: tuple[str | None, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _DrawnMark:
    """How a placemark is drawn; ``color`` fills it, or draws its line."""

    kind: Kind
    color: str | None
    outline: str | None = None
    width: float | None = None
    scale: float | None = None
    image: bool = False


def add_style(job: Job, opened: OpenedFile, document: StyledDocument, place: int) -> OpenedFile:
    """Return an opened KML with the style of its layer, and a column of styles if it has several.

    ``place`` is that of the layer in the document. What is kept of the styles is noted, and what
    is not.
    """
    if document.links:
        job.notes.add("links_ignored", rows=document.links)
    rows = next((one.rows or 0 for one in opened.layers if one.name == opened.layer), 0)
    placed = document.find_container(place, rows)
    if placed is None:
        job.notes.add("styles_lost", "all, as its folders are not told apart")
        return opened
    column = _free_name(opened.names)
    kept = keep_style(document, placed, column)
    if kept.lost:
        job.notes.add("styles_lost", "; ".join(kept.lost))
    if kept.words is None:
        return opened
    if not kept.labels:
        job.notes.add("styles_kept", "one for all features")
        return replace(opened, style=kept.words)
    job.notes.add("styles_kept", f"a class for each, by the column {column}")
    return replace(
        opened,
        names=(*opened.names, column),
        read=partial(_read_labeled, opened, kept.labels, column),
        style=kept.words,
    )


def _read_labeled(opened: OpenedFile, labels: Sequence[str | None], column: str) -> Iterator[Batch]:
    for batch in opened.read():
        cells = pa.array([labels[row - 1] for row in batch.rows.tolist()], pa.string())
        yield replace(batch, columns={**batch.columns, column: cells})


def _free_name(names: Sequence[str]) -> str:
    taken = {name.casefold() for name in names}
    names_to_try = ("style", *(f"style_{number}" for number in range(2, len(names) + 3)))
    return next(name for name in names_to_try if name not in taken)


def keep_style(document: StyledDocument, placed: Sequence[Placemark], column: str) -> KeptStyle:
    """Return the style of a layer's placemarks; ``column`` is the one that holds the labels."""
    drawn = [_draw(document.resolve(one), one.kind) for one in placed]
    elsewhere = sum(1 for one in placed if one.url and not one.url.startswith("#"))
    lost = [f"{elsewhere:,} styles of other files"] if elsewhere else []
    shown = [one for one in drawn if one is not None]
    if any(one.image for one in shown):
        lost.append("icons, drawn as circles")
    named = _name_colors(placed, drawn)
    if len(named) > MOST_CLASSES:
        lost.append(f"{len(named):,} different colors; at most {MOST_CLASSES} are drawn")
    if not named or len(named) > MOST_CLASSES:
        return KeptStyle(lost=tuple(lost))
    words = StyleWords.model_validate(_measure(shown, lost))
    if len(named) == 1 and all(
        one.kind is None or (how and how.color) for one, how in zip(placed, drawn, strict=True)
    ):
        return KeptStyle(
            words=words.model_copy(update={"fill": next(iter(named))}), lost=tuple(lost)
        )
    labels = tuple(named.get(one.color) if one and one.color else None for one in drawn)
    fill = FillWords(
        property=column,
        classes=tuple(ClassWords(value=name, paint=color) for color, name in named.items()),
        other=_OTHER,
        other_label="No style" if None in labels else None,
    )
    return KeptStyle(words=words.model_copy(update={"fill": fill}), labels=labels, lost=tuple(lost))


def _draw(style: PlacemarkStyle | None, kind: Kind | None) -> _DrawnMark | None:
    if style is None or kind is None:
        return None
    if kind == "point":
        image = bool(style.icon_image)
        return _DrawnMark(
            kind=kind, color=_plain(style.icon_color), scale=style.icon_scale, image=image
        )
    if kind == "line":
        return _DrawnMark(kind=kind, color=_plain(style.line_color), width=style.line_width)
    outline = "#00000000" if style.is_outlined is False else _plain(style.line_color)
    return _DrawnMark(kind=kind, color=_fill(style), outline=outline, width=style.line_width)


def _fill(style: PlacemarkStyle) -> str | None:
    """Return the color of an area: its own, else its outline's, which is drawn translucent."""
    color = style.fill_color or style.line_color
    if color is None:
        return None
    if style.is_filled is False:
        return f"{color[:7]}00"
    return color if style.fill_color else color[:7]


def _plain(color: str | None) -> str | None:
    return color[:7] if color and color.endswith(_OPAQUE) else color


def _name_colors(placed: Sequence[Placemark], drawn: Sequence[_DrawnMark | None]) -> dict[str, str]:
    """Return the label of each color: the address of the first style that has it."""
    named: dict[str, str] = {}
    for one, how in zip(placed, drawn, strict=True):
        if how is None or how.color is None or how.color in named:
            continue
        label = _label(one.url, len(named) + 1)
        named[how.color] = label if label not in named.values() else f"{label} {len(named) + 1}"
    return named


def _label(url: str, number: int) -> str:
    name = "".join(letter for letter in url[1:] if letter.isprintable()).strip()[:_LONGEST]
    # A name that reads as a number or a moment would become one in its column.
    return name if re.match(r"[^\W\d_]{2}", name) else f"style {name or number}"


def _measure(shown: Sequence[_DrawnMark], lost: list[str]) -> dict[str, object]:
    """Return outline, line width and radius, each where it is stated; note those that differ."""
    found: dict[str, object] = {}
    outlines = {one.outline for one in shown if one.kind == "area"}
    has_lines = any(one.kind == "line" for one in shown)
    if len(outlines) > 1 or (has_lines and outlines - {None}):
        lost.append("outlines of areas, which differ")
    elif outlines - {None}:
        found["line"] = outlines.pop()
    width = _commonest((one.width for one in shown if one.kind != "point"), "line widths", lost)
    if width is not None:
        found["line_width_px"] = min(width, _MOST_WIDTH_PX)
    scale = _commonest((one.scale for one in shown if one.kind == "point"), "icon sizes", lost)
    if scale is not None:
        radius = max(scale * _RADIUS_PX, _LEAST_RADIUS_PX)
        found["point_radius_px"] = min(radius, _MOST_RADIUS_PX)
    return found


def _commonest(values: Iterable[float | None], noun: str, lost: list[str]) -> float | None:
    counted = Counter(values)
    if len(counted) > 1:
        lost.append(f"{noun}, which differ: the most frequent is drawn")
    stated = [value for value, _ in counted.most_common() if value is not None]
    return stated[0] if stated else None
