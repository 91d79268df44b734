"""The layers of a scene as features with their ink, for a map without a server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from cop.export.brief import BriefLayer, HandoutScene
from cop.export.ink import Ink, Inks
from cop.layerkind.registry import kind_of
from cop.layerkind.service.drawing import resolve_layer
from cop.layerkind.service.shape import count_features, read_cells, read_features
from cop.model.drawing import Text
from cop.model.layer import Field
from cop.model.moment import format_occurrence
from cop.model.style import Label, Theme
from cop.model.styling import COUNT
from cop.query.reporting import OUT_OF_SCOPE

MOST_POINTS = 15_000
"""More events are drawn as squares with the same total."""
CELL_BITS = 19
"""Squares of 4.9 km at the equator."""
_CELL_FIELDS = (
    Field(property="n", label="Events"),
    Field(property=COUNT, label="Features"),
    Field(property="people", label="People"),
    Field(property="kind", label="Most frequent kind"),
)
_ZOOM, _ZOOMS = 10, {"background": 7, "impact": 8, "places": 9}
_DECIMALS, _DECIMALS_OF = 5, {"background": 3}

Feature = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """A layer to draw: its features, their inks, and the headings of their values.

    A feature has ``g``, its GeoJSON geometry, ``s``, the number of its ink, and ``p``, its values
    in the order of ``fields``. A label is [lon, lat, text, size in px, least zoom of deck.gl], the
    most important first.
    """

    title: str
    features: Sequence[Feature]
    inks: Sequence[Ink]
    fields: Sequence[str] = ()
    labels: Sequence[Sequence[Any]] = ()
    label_ink: Ink | None = None
    note: str = ""


def build_overlay(scene: HandoutScene, shown: BriefLayer, theme: Theme) -> Overlay | None:
    """Return a layer's features; None for a layer of images or without data."""
    layer = shown.layer
    if not kind_of(layer).drawing.has_rows or not shown.status.is_loaded:
        return None
    rows, cells = _read(scene, shown)
    if rows.empty:
        return Overlay(title=shown.title, features=(), inks=())
    table = _plain(rows)
    style = resolve_layer(layer, theme, opacity=shown.opacity)
    inks = Inks(style, cells=cells)
    numbers = [
        inks.number(properties, kind)
        for properties, kind in zip(table, rows.geometry.geom_type, strict=True)
    ]
    fields = [f for f in (_CELL_FIELDS if cells else layer.fields) if f.property in rows]
    values = [[_word(properties, f) for f in fields] for properties in table]
    shapes = _rounded(rows.geometry.to_numpy(), _DECIMALS_OF.get(layer.id, _DECIMALS))
    text = style.text
    named = () if text is None else _labels(text.label, table, shapes)
    if text is not None and text.dot is not None:
        shapes, numbers, values = (), [], []
    return Overlay(
        title=shown.title,
        features=_features(shapes, numbers, values) if any(values) else _merged(shapes, numbers),
        inks=inks.found,
        fields=[f"{f.label}, {f.unit}" if f.unit else f.label for f in fields],
        labels=named,
        label_ink=None if text is None else _label_ink(text),
        note="squares of about 5 km with the same total" if cells else "",
    )


def _read(scene: HandoutScene, shown: BriefLayer) -> tuple[gpd.GeoDataFrame, bool]:
    """Return the rows of a layer, and whether they are squares instead of events."""
    service, view, layer = scene.service, scene.view, shown.layer
    n = count_features(service, view, layer)
    if n is not None and n > MOST_POINTS:
        return read_cells(service, view, layer, bits=CELL_BITS), True
    zoom = _ZOOMS.get(layer.id, _ZOOM)
    return read_features(service, view, layer, zoom=zoom, most=MOST_POINTS), False


def _plain(rows: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the properties of each row; an unknown value is None."""
    table = pd.DataFrame(rows.drop(columns="geometry")).astype(object)
    found: list[dict[str, Any]] = table.where(table.notna(), None).to_dict("records")
    return found


def _word(properties: Mapping[str, Any], field: Field) -> str:
    value = properties[field.property]
    if value is None:
        outside = properties.get("state") == OUT_OF_SCOPE
        return "\N{EN DASH}, outside the filter" if outside else "unknown"
    if field.property == "occurred_at" and "time_precision" in properties:
        return format_occurrence(value, properties["time_precision"])
    if isinstance(value, float):
        return f"{value:,.10g}" if value == round(value, 3) else f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _labels(label: Label, table: Sequence[Mapping[str, Any]], shapes: Any) -> list[list[Any]]:
    found = []
    places = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(_DECIMALS).tolist()
    for properties, place in zip(table, places, strict=True):
        rank = float(properties.get(label.rank or "") or 0)
        text = str(properties[label.property])
        words = text.upper() if label.capitals else text
        found.append(
            (-rank, words, [*place, words, label.size_of(rank), properties.get("min_zoom") or 0])
        )
    return [entry for _, _, entry in sorted(found, key=lambda item: item[:2])]


def _label_ink(text: Text) -> Ink:
    colors = {"color": text.color, "halo": text.halo, "dot": text.dot}
    return {name: color for name, color in colors.items() if color is not None}


def _rounded(shapes: Any, decimals: int) -> Any:
    return shapely.transform(shapes, lambda corners: np.round(corners, decimals))


def _features(shapes: Any, numbers: Sequence[int], values: Sequence[Any]) -> list[Feature]:
    return [
        {"g": shapely.geometry.mapping(shape), "s": number, "p": own}
        for shape, number, own in zip(shapes, numbers, values, strict=True)
    ]


def _merged(shapes: Any, numbers: Sequence[int]) -> list[Feature]:
    """Merge features of one ink without values: one feature is drawn faster than thousands."""
    kinds = shapely.get_dimensions(shapes)
    groups: dict[tuple[int, int], list[Any]] = {}
    for shape, number, kind in zip(shapes, numbers, kinds, strict=True):
        groups.setdefault((number, int(kind)), []).extend(shapely.get_parts(shape))
    joined = {0: shapely.MultiPoint, 1: shapely.MultiLineString, 2: shapely.MultiPolygon}
    return [
        {"g": shapely.geometry.mapping(joined[kind](parts)), "s": number, "p": []}
        for (number, kind), parts in groups.items()
    ]
