"""The data of a scene as tables: GeoPackage for GIS, CSV for spreadsheets."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from cop.errors import HandoutError
from cop.export.annotated import TABLE, build_annotation_table
from cop.export.brief import Brief, BriefLayer, HandoutScene
from cop.layerkind.registry import kind_of
from cop.layerkind.service.shape import count_features, read_features
from cop.model.formula import defuse
from cop.model.moment import format_instant
from cop.model.text import format_sources
from cop.query.forecast.track import describe_forecast_figures
from cop.query.impact import read_impacts

MOST_EVENTS = 250_000
ABOUT = "handout"
"""The GeoPackage table that describes the others."""
_FULL_ZOOM, _DECIMALS = 16, 6
_OWN_NAMES = {"FID": "cop_fid", "GEOMETRY_NAME": "cop_geom"}
"""Columns of uploaded files may be called fid or geom."""
_LEADING = ("layer", "lat", "lon")


def render_gpkg(scene: HandoutScene, brief: Brief) -> bytes:
    """Return a GeoPackage with one table per shown layer, EPSG:4326, and one that describes it.

    Raise HandoutError if a layer shows more than MOST_EVENTS events.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "handout.gpkg"
        pyogrio.write_dataframe(_about(brief), path, layer=ABOUT, driver="GPKG")
        for shown in brief.layers:
            if shown.layer.fields:
                rows = _read(scene, shown)
                if rows is not None and not rows.empty:
                    stamped = _stamp(rows, scene, brief, shown)
                    stamped.to_file(path, layer=shown.layer.id, driver="GPKG", **_OWN_NAMES)
        if brief.annotations:
            drawn = build_annotation_table(brief.annotations).assign(**_handout_columns(brief))
            drawn.to_file(path, layer=TABLE, driver="GPKG")
        return path.read_bytes()


def render_csv(scene: HandoutScene, brief: Brief) -> bytes:
    """Return one CSV of the rows of every shown layer but the background, each with a position.

    Texts that a spreadsheet would read as formulas begin with an apostrophe. Raise HandoutError if
    a layer shows more than MOST_EVENTS events.
    """
    tables = [_flat(_stamp(rows, scene, brief, shown)) for shown, rows in _foreground(scene, brief)]
    table = pd.concat([pd.DataFrame(columns=_LEADING), *tables], ignore_index=True)
    for name in table.select_dtypes(include=["object", "str"]):
        table[name] = table[name].map(defuse)
    text: str = table.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    return text.encode("utf-8-sig")


def _foreground(scene: HandoutScene, brief: Brief) -> Iterator[tuple[BriefLayer, gpd.GeoDataFrame]]:
    for shown in brief.layers:
        if shown.layer.group != "background":
            rows = _read(scene, shown)
            if rows is not None and not rows.empty:
                yield shown, rows


def _read(scene: HandoutScene, shown: BriefLayer) -> gpd.GeoDataFrame | None:
    """Return the rows of a layer; None for images and for layers without data."""
    service, view, layer = scene.service, scene.view, shown.layer
    if not kind_of(layer).drawing.has_rows or not shown.status.is_loaded:
        return None
    total = count_features(service, view, layer)
    if total is not None and total > MOST_EVENTS:
        raise HandoutError(
            f"layer {layer.id} shows {total:,} rows; a table has at most {MOST_EVENTS:,}: "
            "choose a shorter window or fewer sectors"
        )
    return read_features(service, view, layer, zoom=_FULL_ZOOM, most=MOST_EVENTS)


def _stamp(
    rows: gpd.GeoDataFrame, scene: HandoutScene, brief: Brief, shown: BriefLayer
) -> gpd.GeoDataFrame:
    return rows.assign(**_own_columns(scene, brief, shown))


def _own_columns(scene: HandoutScene, brief: Brief, shown: BriefLayer) -> dict[str, str | int]:
    status = shown.status
    return {
        "layer": shown.layer.id,
        "layer_marking": status.marking or brief.marking,
        "layer_source": format_sources(status.sources),
        "layer_age": shown.age,
        "records": "SYNTHETIC" if status.synthetic else "real",
        **_forecast_column(scene, brief, shown),
        **_handout_columns(brief),
    }


def _forecast_column(scene: HandoutScene, brief: Brief, shown: BriefLayer) -> dict[str, str | int]:
    """Add to expected events the window of the forecast and its track record."""
    if shown.layer.id == "risk":
        return {"handout_forecast": brief.forecast}
    if not kind_of(shown.layer).shows_impacts:
        return {}
    impacts = read_impacts(scene.service, scene.view)
    if impacts is None:
        return {}
    return {"handout_forecast": describe_forecast_figures(impacts.figures).line}


def _handout_columns(brief: Brief) -> dict[str, str | int]:
    return {
        "handout_marking": brief.banner,
        "handout_scope": brief.scope.line,
        "handout_window": brief.window,
        "handout_known": brief.known,
        "handout_made": format_instant(brief.created_at),
        "picture": brief.picture_id,
        "revision": brief.revision,
    }


def _flat(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a table with lat and lon of a point inside each shape, instead of the shape."""
    points = rows.geometry.representative_point()
    table = pd.DataFrame(rows.drop(columns="geometry"))
    return table.assign(lat=points.y.round(_DECIMALS), lon=points.x.round(_DECIMALS))


def _about(brief: Brief) -> pd.DataFrame:
    lines = [
        ("marking", brief.banner),
        ("title", brief.title),
        ("scope", brief.scope.line),
        ("region", brief.scope.region),
        *(("picture", line) for line in brief.picture_lines),
        *(("figure", f.line) for f in brief.figures),
        *(("annotation", line) for line in brief.annotation_lines),
        *(("source", line) for line in brief.source_lines),
        *(("caveat", line) for line in brief.caveats),
    ]
    return pd.DataFrame(lines, columns=["what", "said"])


def defuse_table(path: Path) -> bytes:
    """Return a stored CSV without names or cells that a spreadsheet reads as formulas."""
    cells = pd.read_csv(path, header=None, dtype=str, keep_default_na=False).map(defuse)
    text: str = cells.to_csv(header=False, index=False)
    return text.encode("utf-8-sig")
