"""The features of an uploaded layer: placed and checked on the way into the lake, and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from cop.errors import InputFileError, StoreError
from cop.model.event import OUTSIDE
from cop.model.tile import MAX_LATITUDE, SCALE
from cop.model.uploaded import FEATURE_ID, OCCURRED_AT, OWN_PREFIX, Attribute, Content
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.engine import Cursor, DatabaseError, fetch, quote

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


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """What is in a column: how many different values, those that are most frequent, quantiles."""

    name: str
    kind: str
    distinct: int
    frequent: tuple[tuple[str, int], ...] = ()
    quantiles: tuple[float, ...] = ()
    whole: bool = False


class FeatureDifference(BaseModel):
    """The features that the later of two revisions has more, less or other, by feature_id.

    The lists name the first of them; ``columns`` counts the changed features by what changed.
    """

    model_config = ConfigDict(frozen=True)

    older: int
    newer: int
    added: int
    removed: int
    changed: int
    same: int
    columns: dict[str, int]
    first_added: tuple[str, ...]
    first_removed: tuple[str, ...]
    first_changed: tuple[str, ...]


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
    """Set the features of a dataset from a GeoParquet file in EPSG:4326 and say what they are.

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


def describe_columns(
    cursor: Cursor, file: Path, attributes: Sequence[Attribute], *, most: int, steps: int
) -> list[ColumnFacts]:
    """Look into the columns of features: up to ``most`` frequent values, ``steps`` quantiles."""
    return [_describe(cursor, file, attribute, most, steps) for attribute in attributes]


def compare_features(
    cursor: Cursor, older: Path | None, newer: Path | None, *, most: int = 20
) -> dict[str, Any]:
    """Compare the features of two files by feature_id; None has no features.

    What publishing adds to a feature is left out. Gives the fields of FeatureDifference.
    """
    try:
        names = sorted({*_columns(cursor, older), *_columns(cursor, newer)})
        for side, file in (("gone", older), ("come", newer)):
            _stage(cursor, side, file, names)
        return _compare(cursor, names, most)
    except DatabaseError as fault:
        raise StoreError(f"the features cannot be compared: {fault}; run `cop doctor`") from fault


def _read_draft(
    cursor: Cursor,
    file: Path,
    attributes: Sequence[Attribute],
    geometry: str,
    *,
    identified: bool,
    dated: bool,
) -> None:
    """Make a view of the file with the columns that the lake gets and ``cop_shape``.

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
    held = f"['{OUTSIDE}']"
    touched, sectors = "", held
    if placed:
        touched = f"""
            LEFT JOIN (
                SELECT d.{FEATURE_ID}, list_sort(list(DISTINCT s.sector)) AS sectors
                FROM {_DRAFT} d JOIN (
                    SELECT sector, ST_SetCRS(geometry, '') AS area FROM read_parquet($sectors)) s
                ON ST_Intersects(d.cop_shape, s.area) GROUP BY 1
            ) t USING ({FEATURE_ID})"""
        sectors = f"coalesce(t.sectors, {held})"
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


def _describe(
    cursor: Cursor, file: Path, attribute: Attribute, most: int, steps: int
) -> ColumnFacts:
    name, values = quote(attribute.name), {"file": str(file)}
    ((distinct,),) = fetch(
        cursor, f"SELECT approx_count_distinct({name}) FROM read_parquet($file)", values
    )
    frequent: list[Any] = []
    quantiles: list[float] = []
    whole = attribute.kind == "BIGINT"
    if attribute.kind in ("BIGINT", "DOUBLE"):
        shares = [(i + 1) / (steps + 1) for i in range(steps)]
        found = fetch(
            cursor,
            f"SELECT quantile_cont({name}::DOUBLE, {shares}) FROM read_parquet($file)",
            values,
        )[0][0]
        quantiles = [] if found is None else found
    if attribute.kind in ("VARCHAR", "BOOLEAN", "BIGINT"):
        frequent = fetch(
            cursor,
            f"SELECT {name}::VARCHAR, count(*) FROM read_parquet($file) "
            f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $most",
            {**values, "most": most},
        )
    return ColumnFacts(
        name=attribute.name,
        kind=attribute.kind,
        distinct=distinct,
        frequent=tuple(frequent),
        quantiles=tuple(quantiles),
        whole=whole,
    )


def _columns(cursor: Cursor, file: Path | None) -> list[str]:
    if file is None:
        return []
    rows = fetch(cursor, "DESCRIBE SELECT * FROM read_parquet($file)", {"file": str(file)})
    names = [row[0] for row in rows]
    return [name for name in names if not name.startswith(OWN_PREFIX) and name != FEATURE_ID]


def _stage(cursor: Cursor, side: str, file: Path | None, names: Sequence[str]) -> None:
    """Make a table of feature_id and, for each column, a hash of what it holds."""
    held = set(_columns(cursor, file))
    own = f"{FEATURE_ID} AS id"
    columns = [
        f"{_hash(name) if name in held else 'hash(NULL)'} AS c{i}" for i, name in enumerate(names)
    ]
    source = "read_parquet($file)" if file is not None else "(SELECT '' AS feature_id WHERE false)"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT {', '.join([own, *columns])} FROM {source}",
        {"file": str(file)} if file is not None else {},
    )


def _hash(name: str) -> str:
    value = "ST_AsWKB(geometry)" if name == "geometry" else f"{quote(name)}::VARCHAR"
    return f"hash({value})"


def _compare(cursor: Cursor, names: Sequence[str], most: int) -> dict[str, Any]:
    differs = [f"gone.c{i} <> come.c{i}" for i in range(len(names))]
    changed = " OR ".join(differs) or "false"
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE matched AS SELECT coalesce(come.id, gone.id) AS id, "
        "CASE WHEN gone.id IS NULL THEN 'added' WHEN come.id IS NULL THEN 'removed' "
        f"WHEN {changed} THEN 'changed' ELSE 'same' END AS what"
        + "".join(f", {test} AS c{i}" for i, test in enumerate(differs))
        + " FROM gone FULL JOIN come ON gone.id = come.id"
    )
    counts = dict(fetch(cursor, "SELECT what, count(*) FROM matched GROUP BY 1"))
    by_column: Mapping[str, int] = {}
    if names:
        sums = ", ".join(f"count(*) FILTER (c{i})" for i in range(len(names)))
        row = fetch(cursor, f"SELECT {sums} FROM matched WHERE what = 'changed'")[0]
        by_column = {name: n for name, n in zip(names, row, strict=True) if n}
    firsts = {
        f"first_{what}": tuple(
            found
            for (found,) in fetch(
                cursor,
                "SELECT id FROM matched WHERE what = $what ORDER BY id LIMIT $most",
                {"what": what, "most": most},
            )
        )
        for what in ("added", "removed", "changed")
    }
    kinds = ("added", "removed", "changed", "same")
    return {**{w: counts.get(w, 0) for w in kinds}, "columns": dict(by_column), **firsts}
