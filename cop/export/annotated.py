"""Annotations of a scene as a layer of the HTML map and as table rows."""

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import shapely

from cop.export.annotation import FILL_SHARE, LINE_PX, POINT_PX, TEXT_PX, find_anchor
from cop.export.overlay import Overlay
from cop.model.annotation import Annotation
from cop.model.drawing import HALO
from cop.model.moment import format_dtg, format_instant
from cop.model.style import Paint, Theme

TITLE: Final = "Annotations"
TABLE: Final = "annotations"
_FIELDS: Final = ("Title", "Purpose", "Drawn by", "Drawn at", "Until", "Marking", "Size")
_TEXT: Final = Paint("#ffffff", "#000000")


def build_annotation_overlay(annotations: Sequence[Annotation], theme: Theme) -> Overlay | None:
    """Return the annotations as a layer of the HTML map; None if there are none."""
    if not annotations:
        return None
    return Overlay(
        title=TITLE,
        features=[
            {"g": shapely.geometry.mapping(one.drawing.geometry), "s": i, "p": _values(one)}
            for i, one in enumerate(annotations)
        ],
        inks=[_ink(one, theme) for one in annotations],
        fields=_FIELDS,
        labels=[[*find_anchor(one), one.title, TEXT_PX, 0] for one in annotations],
        label_ink={"color": _TEXT.css(theme), "halo": HALO.css(theme)},
    )


def build_annotation_table(annotations: Sequence[Annotation]) -> gpd.GeoDataFrame:
    """Return the annotations as rows, EPSG:4326."""
    rows = [
        {
            "annotation": one.id,
            "revision": one.revision,
            "shape": one.drawing.shape,
            "purpose": one.purpose.title,
            "title": one.title,
            "author": one.author,
            "drawn_at": format_instant(one.drawn_at),
            "valid_until": format_instant(one.valid_until) if one.valid_until else None,
            "marking": one.marking,
            "size": one.size,
        }
        for one in annotations
    ]
    return gpd.GeoDataFrame(
        rows, geometry=[one.drawing.geometry for one in annotations], crs="EPSG:4326"
    )


def _values(annotation: Annotation) -> list[str]:
    until = annotation.valid_until
    return [
        annotation.title,
        annotation.purpose.title,
        annotation.author,
        format_dtg(annotation.drawn_at),
        format_dtg(until) if until else "erased",
        annotation.marking,
        annotation.size or "a place",
    ]


def _ink(annotation: Annotation, theme: Theme) -> dict[str, Any]:
    color = annotation.purpose.paint.css(theme)
    area = annotation.drawing.shape == "area"
    places = len(annotation.drawing.coordinates) == 1
    return {
        "stroke": True,
        "color": HALO.css(theme) if places else color,
        "opacity": 1,
        "weight": 2 if places else LINE_PX,
        "fill": area or places,
        "fillColor": color,
        "fillOpacity": FILL_SHARE if area else 1,
        "radius": POINT_PX if annotation.drawing.shape == "point" else 2,
    }
