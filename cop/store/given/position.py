"""Positions as they are given: exact, or the middle of a square, a segment or a sector."""

from typing import Final

from cop.model.giving import PRECISIONS, Precision
from cop.store.catalogue.version import CatalogueVersion

_SQUARE_M: Final = 1_000
_SQUARE_UNCERTAINTY_M: Final = 708.0
"""From the middle of a square of 1 km to its corner."""
_SEGMENT_UNCERTAINTY_M: Final = 2_500.0
"""Half of the longest segment (cop.ingest.geography.segment)."""
_ZONES: Final = range(1, 61)
_FINEST_UTM: Final = 80.0
"""Degrees of latitude that UTM reaches to, both ways; beyond it squares are of UPS."""


def rank_sql(column: str) -> str:
    """Return the place of a precision among PRECISIONS, 0 the finest, in SQL."""
    cases = " ".join(f"WHEN '{name}' THEN {i}" for i, name in enumerate(PRECISIONS))
    return f"(CASE {column} {cases} END)"


def coarse_sql(table: str, precision: Precision, zones: list[int]) -> str:
    """Select the rows of a table at a precision, or as coarse as they came.

    ``zones`` are the UTM zones of its rows. A row that lies in no segment or sector has no place at
    that precision: it is left out.
    """
    rank = PRECISIONS.index(precision)
    finer = f"{rank_sql('precision')} < {rank}"
    stays = f"SELECT * FROM {table} WHERE NOT ({finer})"
    rows = f"(SELECT * FROM {table} WHERE {finer})"
    if precision == "exact":
        return f"SELECT * FROM {table}"
    if precision == "1km":
        return " UNION ALL ".join([stays, *(_square_sql(rows, zone) for zone in zones)])
    name, middles = ("segment_id", "segment_middles")
    uncertainty = f"greatest(coalesce(uncertainty_m, 0), {_SEGMENT_UNCERTAINTY_M})"
    if precision == "sector":
        name, middles = ("sector", "sector_middles")
        uncertainty = "NULL"
    return (
        f"{stays} UNION ALL SELECT r.* REPLACE (m.lon AS lon, m.lat AS lat, "
        f"{uncertainty}::REAL AS uncertainty_m, '{precision}' AS precision, "
        f"NULL::VARCHAR AS attributes) FROM {rows} r JOIN {middles} m ON m.name = r.{name}"
    )


def middles_sql(catalogue: CatalogueVersion) -> dict[str, tuple[str, dict[str, list[str]]]]:
    """Return the tables of middles that ``coarse_sql`` joins: the SELECT and its values."""
    found = {}
    for table, dataset, name, point in (
        ("segment_middles", "segments", "segment_id", "ST_LineInterpolatePoint(geometry, 0.5)"),
        ("sector_middles", "sectors", "sector", "ST_PointOnSurface(geometry)"),
    ):
        found[table] = (
            f"SELECT name, ST_X(point) AS lon, ST_Y(point) AS lat FROM (SELECT {name} AS name, "
            f"{point} AS point FROM read_parquet($files))",
            {"files": list(catalogue.files_of(dataset))},
        )
    return found


def _square_sql(rows: str, zone: int) -> str:
    """Select the rows of a UTM zone in the middle of their MGRS square of 1 km."""
    parts = []
    for code, side in ((326, "lat >= 0"), (327, "lat < 0")):
        utm = f"EPSG:{code}{zone:02d}"
        to_utm = f"ST_Transform(ST_Point(lon, lat), 'EPSG:4326', '{utm}', always_xy := true)"
        east, north = (
            f"floor({axis}(utm) / {_SQUARE_M}) * {_SQUARE_M} + {_SQUARE_M / 2}"
            for axis in ("ST_X", "ST_Y")
        )
        middle = f"ST_Transform(ST_Point({east}, {north}), '{utm}', 'EPSG:4326', always_xy := true)"
        parts.append(
            f"SELECT * EXCLUDE (utm, middle) REPLACE (round(ST_X(middle), 6) AS lon, "
            "round(ST_Y(middle), 6) AS lat, "
            f"greatest(coalesce(uncertainty_m, 0), {_SQUARE_UNCERTAINTY_M})::REAL AS "
            "uncertainty_m, '1km' AS precision, NULL::VARCHAR AS attributes) "
            f"FROM (SELECT *, {middle} AS middle FROM (SELECT *, {to_utm} AS utm FROM {rows} "
            f"WHERE {ZONE} = {zone} AND {side} AND abs(lat) <= {_FINEST_UTM}))"
        )
    return " UNION ALL ".join(parts)


ZONE: Final = "(least(floor((lon + 180) / 6), 59)::INTEGER + 1)"
"""The UTM zone of a row, in SQL."""
