"""The geography of a warehouse: its region, sectors, counties, credits, line."""

from collections.abc import Mapping
from dataclasses import dataclass

from cop.model.region import Region
from cop.store.catalogue.version import CatalogueVersion
from cop.store.engine import Cursor, fetch, quote

GEOGRAPHY_DATASETS = ("region", "sectors", "counties", "credits", "line")
"""The datasets that it is read from."""


@dataclass(frozen=True, kw_only=True)
class LoadedGeography:
    """The region whose datasets are loaded, its sectors' names by code, its counties and credits.

    ``line_bounds`` is (west, south, east, north) of the border, EPSG:4326; None without a line.
    """

    sectors: Mapping[str, str]
    counties: tuple[str, ...]
    region: Region | None
    credits: tuple[str, ...]
    line_bounds: tuple[float, float, float, float] | None


def read_geography(cursor: Cursor, catalogue: CatalogueVersion) -> LoadedGeography:
    """Read the geography of a version."""
    sectors = _column_pairs(
        cursor, catalogue, "sectors", first="sector", second="name", order="position"
    )
    counties = _column_pairs(
        cursor, catalogue, "counties", first="county", second="state", order="county"
    )
    credited = _column_pairs(
        cursor, catalogue, "credits", first="text", second="licence", order="package"
    )
    return LoadedGeography(
        sectors=dict(sectors),
        counties=tuple(name for name, _ in counties),
        region=_read_region(cursor, catalogue),
        credits=tuple(text for text, _ in credited),
        line_bounds=read_line_bounds(cursor, catalogue),
    )


def _column_pairs(
    cursor: Cursor,
    catalogue: CatalogueVersion,
    dataset: str,
    *,
    first: str,
    second: str,
    order: str,
) -> list[tuple[str, str]]:
    if dataset not in catalogue.files:
        return []
    return fetch(
        cursor,
        f"SELECT {quote(first)}, {quote(second)} FROM read_parquet($files) ORDER BY {quote(order)}",
        {"files": list(catalogue.files_of(dataset))},
    )


def _read_region(cursor: Cursor, catalogue: CatalogueVersion) -> Region | None:
    pairs = _column_pairs(
        cursor, catalogue, "region", first="name", second="declared", order="name"
    )
    return Region.model_validate_json(pairs[0][1]) if pairs else None


def read_line_bounds(
    cursor: Cursor, catalogue: CatalogueVersion
) -> tuple[float, float, float, float] | None:
    """Return (west, south, east, north) of the border, EPSG:4326; None without a line."""
    if "line" not in catalogue.files:
        return None
    west, south, east, north = fetch(
        cursor,
        "SELECT min(ST_XMin(geometry)), min(ST_YMin(geometry)), max(ST_XMax(geometry)), "
        "max(ST_YMax(geometry)) FROM read_parquet($files)",
        {"files": list(catalogue.files_of("line"))},
    )[0]
    return west, south, east, north
