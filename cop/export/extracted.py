"""Writes the rows of a layer in one file format: with GDAL's driver, or as a table."""

import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from openpyxl.utils.exceptions import IllegalCharacterError

from cop.model.formula import defuse

Stamp = Mapping[str, str]
Notes = list[str]
"""What a format could not keep, in words."""
Write = Callable[[gpd.GeoDataFrame, Path, bool], Notes]
"""Writes rows in EPSG:4326 to a path; whether each of them is one point."""
NAME = "layer"
"""The name of the layer within a file."""
_DECIMALS = 9
_MOST_NOTES = 20
_SHEET_ROWS = 1_048_575


def write_by(driver: str, **options: str) -> Write:
    """Write by a driver of GDAL; singles become multiples where a layer has both."""

    def write(rows: gpd.GeoDataFrame, path: Path, _single: bool) -> Notes:
        return _write(rows, path, driver, options)

    return write


def write_zipped(driver: str, suffix: str, **options: str) -> Write:
    """Write what is several files as a zip of them; a shapefile has times as text."""

    def write(rows: gpd.GeoDataFrame, path: Path, _single: bool) -> Notes:
        target = path.with_name(f"{NAME}{suffix}")
        table = _with_texts(rows) if suffix == ".shp" else rows
        notes = _write(table, target, driver, options)
        parts = sorted(target.iterdir()) if target.is_dir() else sorted(path.parent.iterdir())
        folder = f"{target.name}/" if target.is_dir() else ""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in parts:
                if one != path:
                    archive.write(one, f"{folder}{one.name}")
        return notes

    return write


def write_table(separator: str) -> Write:
    """Write text split by a separator; single points as lat and lon, other shapes as WKT."""

    def write(rows: gpd.GeoDataFrame, path: Path, single: bool) -> Notes:
        table = _flat(rows, single=single)
        table.to_csv(path, sep=separator, index=False, encoding="utf-8-sig")
        return []

    return write


def write_sheet(rows: gpd.GeoDataFrame, path: Path, single: bool) -> Notes:
    """Write a workbook of one sheet; ValueError where it has too many rows."""
    if len(rows) > _SHEET_ROWS:
        raise ValueError(f"a sheet has at most {_SHEET_ROWS:,} rows")
    try:
        # Where it is there, pandas takes XlsxWriter: it makes links of texts and escapes the rest.
        table = _flat(rows, single=single)
        table.to_excel(path, sheet_name=NAME, index=False, engine="openpyxl")
    except IllegalCharacterError as fault:
        raise ValueError(f"a text has control characters: {str(fault)[:80]!r}") from fault
    return []


def _write(rows: gpd.GeoDataFrame, path: Path, driver: str, options: Mapping[str, str]) -> Notes:
    """Write by a driver, and return its warnings: names and texts that it cut."""
    kinds = set(rows.geometry.geom_type)
    both = any(f"Multi{kind}" in kinds for kind in kinds)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pyogrio.write_dataframe(
            rows,
            path,
            layer=NAME,
            driver=driver,
            promote_to_multi=both,
            layer_options=dict(options),
        )
    return list(dict.fromkeys(str(one.message) for one in caught))[:_MOST_NOTES]


def _flat(rows: gpd.GeoDataFrame, *, single: bool) -> pd.DataFrame:
    """Return a table without shapes, no text or name a formula in it, times in ISO 8601."""
    table = pd.DataFrame(_with_texts(rows).drop(columns="geometry"))
    for name in table.select_dtypes(include=["object", "str"]):
        table[name] = table[name].map(defuse)
    table = table.rename(columns=defuse)
    taken = {name.casefold() for name in table}
    if single and not taken & {"lat", "lon"}:
        return table.assign(lat=rows.geometry.y, lon=rows.geometry.x)
    name = next(n for n in ("wkt", *(f"wkt_{i}" for i in range(2, 999))) if n not in taken)
    shapes = shapely.to_wkt(rows.geometry.to_numpy(), rounding_precision=_DECIMALS)
    return table.assign(**{name: shapes})


def _with_texts(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows with times as text, UTC."""
    rows = rows.copy()
    for name in rows.select_dtypes(include="datetimetz"):
        moments = rows[name].dt.tz_localize(None)
        rows[name] = [None if m is pd.NaT else f"{m.isoformat()}Z" for m in moments]
    return rows
