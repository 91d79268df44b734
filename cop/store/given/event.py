"""The events that a partner is given, as rows: by its rules, from what is released to it."""

from datetime import datetime
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.model.giving import Giver, GivingRules
from cop.model.marking import MARKINGS, parse_marking
from cop.model.source import OF_PARTNER
from cop.store.catalogue.version import CatalogueVersion
from cop.store.dataset.locate import Locator, read_locator
from cop.store.dataset.received import GIVEN_COLUMNS, shown_sql
from cop.store.dataset.schema import EVENT_COLUMNS, PLACED_COLUMNS, RECEIVED
from cop.store.dataset.selection import select_events
from cop.store.engine import Cursor, fetch, quote
from cop.store.given.area import read_area
from cop.store.given.position import ZONE, coarse_sql, middles_sql

GRANTED: Final = "granted"
"""The temporary table that ``fill_granted`` fills: EVENT_COLUMNS but the geometry, GIVEN_COLUMNS
but the number, and a hash of the latter."""
_ONWARD_BELOW: Final = MARKINGS.index("TLP:AMBER")
CELL: Final = (
    "date_trunc('month', occurred_at), coalesce(sector, ''), coalesce(county, ''), kind, synthetic"
)
"""What small counts are of, as those of a release (cop.store.catalogue.small_cell)."""
_PLACES: Final = "granted_places"


class Receiver(Protocol):
    """Who is given events: a partner, or another system that acts for an agency."""

    @property
    def code(self) -> str:
        """The code of its agency."""

    @property
    def rules(self) -> GivingRules:
        """What it is given."""

    @property
    def hop_limit(self) -> int:
        """Over how many servers what it gets may travel."""


def fill_granted(
    cursor: Cursor,
    admitted: CatalogueVersion,
    whole: CatalogueVersion,
    receiver: Receiver,
    *,
    giver: Giver,
    latest: datetime | None,
    since: datetime | None = None,
) -> None:
    """Fill GRANTED with the events that a receiver is given of a version.

    ``admitted`` is what is released to the receiver of the version ``whole``. Events after
    ``latest`` are left out, and those of months before that of ``since``, where stated. Raise
    PartnerError if the rules name what there is not.
    """
    rules = receiver.rules
    area = read_area(whole, rules)
    selection = select_events(admitted, Filter(kinds=rules.kinds))
    where, values = f"({selection.where})", dict(selection.values)
    if area is not None:
        inside, bound = _inside(rules.counties, area)
        where, values = f"{where} AND {inside}", values | bound
    where += " AND $gives_events"
    values["gives_events"] = "events" in rules.parts
    if latest is not None:
        where += " AND occurred_at <= $latest"
        values["latest"] = latest
    if since is not None:
        # Whole months: small counts are of a month.
        where += " AND occurred_at >= $since"
        values["since"] = datetime(since.year, since.month, 1)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE of_others AS {shown_sql(_received_files(whole))}")
    columns = ", ".join(f"e.{quote(name)}" for name in EVENT_COLUMNS if name != "geometry")
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT {columns}, "
        "coalesce(o.origin, $agency) AS origin, "
        "coalesce(o.record, left(sha256(concat($secret::VARCHAR, e.event_id)), 32)) AS record, "
        "coalesce(o.origin_source, e.source) AS origin_source, "
        "list_append(coalesce(o.path, []), $agency) AS path, "
        "least($hop_limit, coalesce(o.hops_left, $hop_limit)) - 1 AS hops_left, "
        "coalesce(o.precision, 'exact') AS precision, o.event_id IS NULL AS is_own "
        f"FROM (SELECT * FROM {selection.source} WHERE {where}) e "
        "LEFT JOIN of_others o USING (event_id) "
        # What is of a partner, and whose rows are lost, is not given as our own.
        "WHERE (o.event_id IS NULL AND NOT contains(e.source, $of_partner)) OR (o.hops_left >= 1 "
        "AND o.origin <> $partner AND NOT list_contains(o.path, $partner))",
        {
            **values,
            "agency": giver.agency,
            "secret": giver.secret.hex(),
            "hop_limit": receiver.hop_limit,
            "partner": receiver.code,
            "of_partner": OF_PARTNER,
        },
    )
    _keep_with_originator(cursor, receiver)
    leave_out_small(cursor, "candidate", rules.smallest_count)
    _coarsen(cursor, whole, rules)
    # A county by which they were counted may not be the one where they are given.
    leave_out_small(cursor, GRANTED, rules.smallest_count)


def _inside(counties: tuple[str, ...], area: BaseGeometry) -> tuple[str, dict[str, Any]]:
    west, south, east, north = area.bounds
    return (
        "(county IN (SELECT unnest($own_counties::VARCHAR[])) OR (lon BETWEEN $a_west AND $a_east "
        "AND lat BETWEEN $a_south AND $a_north "
        "AND ST_Intersects(ST_GeomFromText($own_area), ST_Point(lon, lat))))",
        {
            "own_counties": list(counties),
            "own_area": shapely.to_wkt(area, rounding_precision=7),
            "a_west": west, "a_south": south, "a_east": east, "a_north": north,
        },
    )  # fmt: skip


def _received_files(catalogue: CatalogueVersion) -> dict[str, str]:
    return {
        name: catalogue.files_of(name)[0] for name in catalogue.files if name.startswith(RECEIVED)
    }


def _keep_with_originator(cursor: Cursor, receiver: Receiver) -> None:
    """Pass on from TLP:AMBER up only what its marking releases to the partner by name.

    TLP 2.0 lets a recipient share such information within its own organization alone.
    """
    rows = fetch(cursor, "SELECT DISTINCT marking FROM candidate WHERE NOT is_own")
    kept = [text for (text,) in rows if not may_pass_on(text, receiver.code)]
    cursor.execute(
        "DELETE FROM candidate WHERE NOT is_own AND marking IN (SELECT unnest($kept::VARCHAR[]))",
        {"kept": kept},
    )


def may_pass_on(marking: str, partner: str) -> bool:
    """Return whether what another originated may be given on with such a marking."""
    found = parse_marking(marking)
    return found.level < _ONWARD_BELOW or partner in found.agencies


def leave_out_small(cursor: Cursor, table: str, smallest_count: int) -> None:
    """Delete the rows of cells that have fewer than the smallest count."""
    if smallest_count > 1:
        cursor.execute(
            f"DELETE FROM {table} WHERE ({CELL}) IN (SELECT ({CELL}) FROM {table} "
            "GROUP BY ALL HAVING count(*) < $least)",
            {"least": smallest_count},
        )


def _coarsen(cursor: Cursor, catalogue: CatalogueVersion, rules: GivingRules) -> None:
    """Place the candidates as exactly as they are given, and fill GRANTED."""
    for table, (select, values) in middles_sql(catalogue).items():
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}", values)
    zones = [zone for (zone,) in fetch(cursor, f"SELECT DISTINCT {ZONE} FROM candidate ORDER BY 1")]
    coarse = coarse_sql("candidate", rules.precision, zones)
    cells = ", ".join(
        f"coalesce({quote(name)}::VARCHAR, '')" for name in GIVEN_COLUMNS if name != "number"
    )
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {GRANTED} AS SELECT * EXCLUDE (is_own), "
        f"md5_number_lower(concat_ws(chr(31), {cells})) AS hash FROM ({coarse})"
    )
    locator = read_locator(catalogue)
    if rules.precision != "exact" and locator is not None:
        _place(cursor, locator, rules)


def _place(cursor: Cursor, locator: Locator, rules: GivingRules) -> None:
    """Put what was moved where its position lies now, as its receiver will."""
    rows = fetch(
        cursor,
        f"SELECT DISTINCT lon, lat, uncertainty_m FROM {GRANTED} WHERE precision = $precision",
        {"precision": rules.precision},
    )
    if not rows:
        return
    columns = zip(("lon", "lat", "uncertainty_m"), zip(*rows, strict=True), strict=True)
    types = {"lon": pa.float64(), "lat": pa.float64(), "uncertainty_m": pa.float32()}
    placed = place_given(
        pa.table({name: pa.array(cells, types[name]) for name, cells in columns}),
        locator,
        is_sector=pa.array([rules.precision == "sector"] * len(rows)),
    )
    cursor.register(_PLACES, placed)
    try:
        names = ", ".join(f"p.{quote(name)} AS {quote(name)}" for name in PLACED_COLUMNS)
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE {GRANTED} AS SELECT g.* REPLACE ({names}) "
            f"FROM {GRANTED} g JOIN {_PLACES} p ON g.lon = p.lon AND g.lat = p.lat "
            "AND g.uncertainty_m IS NOT DISTINCT FROM p.uncertainty_m "
            "AND g.precision = $precision "
            f"UNION ALL SELECT * FROM {GRANTED} WHERE precision <> $precision",
            {"precision": rules.precision},
        )
    finally:
        cursor.unregister(_PLACES)


def place_given(rows: pa.Table, locator: Locator, *, is_sector: pa.Array) -> pa.Table:
    """Add PLACED_COLUMNS to rows that were given; one point for a sector tells no more than that.

    ``rows`` have ``lon``, ``lat`` and ``uncertainty_m`` (EPSG:4326, meters).
    """
    placed = locator.place_table(rows)
    for name in ("segment_id", "sector", "county"):
        index = placed.column_names.index(name)
        column = pc.cast(placed[name], pa.string())
        if name != "sector":
            column = pc.if_else(is_sector, OUTSIDE, column)
        placed = placed.set_column(index, name, column)
    return placed
