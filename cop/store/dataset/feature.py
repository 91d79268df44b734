"""The features of an uploaded layer: checked and placed on the way into the lake."""

from collections.abc import Sequence
from pathlib import Path

from cop.errors import InputFileError
from cop.model.event import OUTSIDE
from cop.model.tile import MAX_LATITUDE, SCALE
from cop.model.uploaded import FEATURE_ID, OCCURRED_AT, Attribute, Content
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.engine import Cursor, fetch, quote

_DRAFT = "draft_features"
_X = f"((least(greatest({{lon}}, -180.0), 180.0) + 180.0) / 360.0 * {SCALE})"
_SINE = f"sin(radians(least(greatest({{lat}}, -{MAX_LATITUDE!r}), {MAX_LATITUDE!r})))"
_Y = f"((0.5 - ln((1 + {_SINE}) / (1 - {_SINE})) / (4 * pi())) * {SCALE})"
_FAULTS: tuple[tuple[str, str, str], ...] = (
    ("feature_id IS NULL OR feature_id = ''", "has no feature_id", "number the features"),
    ("cop_shape IS NULL OR ST_IsEmpty(cop_shape)", "has no geometry", "leave it out of the draft"),
    (
        "NOT coalesce(ST_XMin(cop_shape) >= -180 AND ST_XMax(cop_shape) <= 180 "
        "AND ST_YMin(cop_shape) >= -90 AND ST_YMax(cop_shape) <= 90, false)",
        "lies outside of the earth",
        "check the coordinate system and the order of the axes",
    ),
    (
        "ST_Dimension(cop_shape) > 0 AND NOT ST_IsValid(cop_shape)",
        "has an invalid geometry",
        "repair it: ogr2ogr -makevalid",
    ),
)


def write_features(
    transaction: WriteTransaction,
    dataset: str,
    file: Path,
    attributes: Sequence[Attribute],
    *,
    geometry: str,
    identified: bool,
    dated: bool,
    shown: str,
) -> Content:
    """Set the features of a dataset from a GeoParquet file in EPSG:4326 and describe them.

    Without ``identified`` they are numbered. Every feature gets the sectors that it touches, a
    place on it and its box. InputFileError names the first feature that cannot be taken of the
    file ``shown``.
    """
    cursor = transaction.cursor
    _read_draft(cursor, file, attributes, geometry, identified=identified, dated=dated)
    try:
        _check(cursor, shown)
        sectors = transaction.intact("sectors")
        transaction.replace_by(
            dataset,
            _placed_sql(attributes, dated=dated, placed=sectors is not None),
            {"sectors": sectors} if sectors is not None else {},
        )
        return _measure(cursor, attributes, dated=dated)
    finally:
        cursor.execute(f"DROP VIEW IF EXISTS {_DRAFT}")


def _read_draft(
    cursor: Cursor,
    file: Path,
    attributes: Sequence[Attribute],
    geometry: str,
    *,
    identified: bool,
    dated: bool,
) -> None:
    """Create a view of the file with the columns of the lake and ``cop_shape``.

    No column of a file begins with ``cop_``, so that none can be taken for one of ours.
    """
    own = [f"{FEATURE_ID}::VARCHAR AS {FEATURE_ID}"]
    if not identified:
        own = [f"(file_row_number + 1)::VARCHAR AS {FEATURE_ID}"]
    own += [f"{OCCURRED_AT}::TIMESTAMP AS {OCCURRED_AT}"] if dated else []
    own += [f"{_clean(a)} AS {quote(a.name)}" for a in attributes]
    relation = cursor.from_parquet(str(file), file_row_number=not identified)
    relation.create_view("draft_file", replace=True)
    cursor.execute(
        f"CREATE OR REPLACE TEMP VIEW {_DRAFT} AS SELECT {', '.join(own)}, "
        f"ST_Force2D(ST_SetCRS({quote(geometry)}, '')) AS cop_shape FROM draft_file"
    )


def _clean(attribute: Attribute) -> str:
    """Numbers that are none (NaN, infinite) are unknown."""
    name = f"{quote(attribute.name)}::{attribute.kind}"
    return f"CASE WHEN isfinite({name}) THEN {name} END" if attribute.kind == "DOUBLE" else name


def _check(cursor: Cursor, shown: str) -> None:
    whens = " ".join(f"WHEN {condition} THEN {i}" for i, (condition, _, _) in enumerate(_FAULTS))
    rows = fetch(
        cursor,
        f"SELECT fault, count(*), min(feature_id) FROM (SELECT feature_id, CASE {whens} END AS "
        f"fault FROM {_DRAFT}) WHERE fault IS NOT NULL GROUP BY fault ORDER BY fault LIMIT 1",
    )
    if rows:
        fault, n, first = rows[0]
        _, what, remedy = _FAULTS[fault]
        more = f" (and {n - 1:,} more)" if n > 1 else ""
        raise InputFileError(f"{shown}, feature {str(first)[:60]!r}{more} {what}: {remedy}")
    repeated = fetch(
        cursor,
        f"SELECT feature_id, count(*) FROM {_DRAFT} GROUP BY 1 HAVING count(*) > 1 "
        "ORDER BY 1 LIMIT 1",
    )
    if repeated:
        raise InputFileError(
            f"{shown}: feature_id {repeated[0][0][:60]!r} is there {repeated[0][1]} times: "
            "choose a column that tells the features apart"
        )


def _placed_sql(attributes: Sequence[Attribute], *, dated: bool, placed: bool) -> str:
    names = [FEATURE_ID, *([OCCURRED_AT] if dated else []), *(a.name for a in attributes)]
    columns = ", ".join(f"d.{quote(name)}" for name in names)
    lon, lat = "ST_X(cop_place)", "ST_Y(cop_place)"
    stored = f"['{OUTSIDE}']"
    touched, sectors = "", stored
    if placed:
        touched = f"""
            LEFT JOIN (
                SELECT d.{FEATURE_ID}, list_sort(list(DISTINCT s.sector)) AS sectors
                FROM {_DRAFT} d JOIN (
                    SELECT sector, ST_SetCRS(geometry, '') AS area FROM read_parquet($sectors)) s
                ON ST_Intersects(d.cop_shape, s.area) GROUP BY 1
            ) t USING ({FEATURE_ID})"""
        sectors = f"coalesce(t.sectors, {stored})"
    edges = {
        "cop_mx": _X.format(lon=lon),
        "cop_my": _Y.format(lat=lat),
        "cop_x_low": _X.format(lon="ST_XMin(d.cop_shape)"),
        "cop_y_low": _Y.format(lat="ST_YMax(d.cop_shape)"),
        "cop_x_high": _X.format(lon="ST_XMax(d.cop_shape)"),
        "cop_y_high": _Y.format(lat="ST_YMin(d.cop_shape)"),
    }
    boxes = ", ".join(
        f"least(greatest(floor({value}), 0), {SCALE - 1})::UINTEGER AS {name}"
        for name, value in edges.items()
    )
    return f"""
        SELECT {columns}, {sectors} AS cop_sectors, ST_Dimension(d.cop_shape)::TINYINT AS cop_dim,
            {boxes}, ST_SetCRS(d.cop_shape, 'EPSG:4326') AS geometry
        FROM (SELECT *, CASE WHEN ST_GeometryType(cop_shape) = 'POINT' THEN cop_shape
                ELSE ST_PointOnSurface(cop_shape) END AS cop_place FROM {_DRAFT}) d {touched}
        ORDER BY ST_Hilbert({lon}, {lat}, {{'min_x': -180, 'min_y': -90, 'max_x': 180,
            'max_y': 90}}::BOX_2D), {FEATURE_ID}
    """


def _measure(cursor: Cursor, attributes: Sequence[Attribute], *, dated: bool) -> Content:
    times = "NULL, NULL, NULL"
    if dated:
        times = f"count(*) - count({OCCURRED_AT}), min({OCCURRED_AT}), max({OCCURRED_AT})"
    dimension = "ST_Dimension(cop_shape)"
    rows = fetch(
        cursor,
        f"SELECT {', '.join(f'count(*) FILTER ({dimension} = {d})' for d in range(3))}, "
        f"bool_and(ST_GeometryType(cop_shape) = 'POINT'), {times} FROM {_DRAFT}",
    )
    points, lines, areas, single, undated, oldest, newest = rows[0]
    return Content(
        attributes=tuple(attributes),
        points=points,
        lines=lines,
        areas=areas,
        single=bool(single),
        undated=undated,
        oldest=oldest,
        newest=newest,
    )
