"""The columns of the datasets, in order, with their DuckDB types."""

from cop.model.event import COMPOSITION
from cop.model.uploaded import DATASET

EVENTS = "events"
SOURCES = "sources"
STATISTICS = "statistics"
FACILITIES = "facilities"
LINES = "lines"
TERRAIN = "terrain"
SENSORS = "sensors"
OUTAGES = "outages"
PLACEMENTS = "placements"
VIEWSHEDS = "viewsheds"
COVERAGE = "coverage"
SEGMENT_COVERAGE = "segment_coverage"
QUARANTINE = "quarantine"
LAYERS = DATASET
RECEIVED = "received_"
"""What the names of datasets begin with that have what a partner gave."""
GIVEN_LAYERS, GIVEN_FEATURES = "given_layers_", "given_features_"
"""The same of the datasets with the layers of a partner, and the features of one of them."""
MONTH = "month"

RAW_COLUMNS: dict[str, str] = {
    "source": "VARCHAR",
    "source_id": "VARCHAR",
    "kind": "VARCHAR",
    "count": "INTEGER",
    "unit": "VARCHAR",
    **dict.fromkeys(COMPOSITION, "INTEGER"),
    "occurred_at": "TIMESTAMP",
    "time_precision": "VARCHAR",
    "reported_at": "TIMESTAMP",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
    "uncertainty_m": "REAL",
    "detection": "VARCHAR",
    "confidence": "VARCHAR",
    "marking": "VARCHAR",
    "synthetic": "BOOLEAN",
    "attributes": "VARCHAR",
}
"""What a reader hands over; times are UTC, lon and lat EPSG:4326 degrees, attributes JSON text."""

PLACED_COLUMNS: dict[str, str] = {
    "segment_id": "VARCHAR",
    "sector": "VARCHAR",
    "county": "VARCHAR",
    "mx": "UINTEGER",
    "my": "UINTEGER",
}
"""What the region adds; mx and my are Web Mercator scaled to 2^32, x east, y south."""

IDENTITY_COLUMNS: dict[str, str] = {
    "event_id": "VARCHAR",
    "content_hash": "UBIGINT",
    "ingested_at": "TIMESTAMP",
    "valid_until": "TIMESTAMP",
}

EVENT_COLUMNS: dict[str, str] = {
    **IDENTITY_COLUMNS,
    **RAW_COLUMNS,
    **PLACED_COLUMNS,
    "geometry": "GEOMETRY('EPSG:4326')",
}

EVENT_ORDER = (
    "ORDER BY ST_Hilbert(lon, lat, {'min_x': -180, 'min_y': -90, 'max_x': 180, "
    "'max_y': 90}::BOX_2D), occurred_at, event_id"
)
"""How a file of events is sorted: neighbors lie together."""

SOURCE_COLUMNS = (
    "id",
    "title",
    "publisher",
    "terms",
    "attribution",
    "marking",
    "synthetic",
    "kind",
    "cadence_days",
    "as_of",
    "loaded_at",
)
OUTAGE_COLUMNS = ("source", "sensor_id", "down_at", "up_at", "state", "cause")
"""From ``down_at`` to ``up_at`` a sensor was not up, but in that state."""

STATUS = "status"
REPORTS = "sensor_reports_"
"""What the names of datasets of status reports begin with; the month follows, as 2026_11."""
REPORT_COLUMNS: dict[str, str] = {
    "source": "VARCHAR",
    "synthetic": "BOOLEAN",
    "sensor_id": "VARCHAR",
    "at": "TIMESTAMP",
    "state": "VARCHAR",
    "cause": "VARCHAR",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
    "height_m": "DOUBLE",
}
"""A report of a sensor's state, and of its place and height above the ground where they change."""

PLACEMENT_COLUMNS: dict[str, str] = {
    "source": "VARCHAR",
    "sensor_id": "VARCHAR",
    "name": "VARCHAR",
    "kind": "VARCHAR",
    "agency": "VARCHAR",
    "synthetic": "BOOLEAN",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
    "height_m": "DOUBLE",
    "height_assumed": "BOOLEAN",
    "range_m": "DOUBLE",
    "azimuth_deg": "DOUBLE",
    "fov_deg": "DOUBLE",
    "detect_near": "DOUBLE",
    "detect_far": "DOUBLE",
    "valid_from": "TIMESTAMP",
    "valid_to": "TIMESTAMP",
    "sight_key": "VARCHAR",
    "terrain": "VARCHAR",
}
"""A place that a sensor looks from, and from when to when; terrain is full, partial or none."""

BASIS_COLUMNS: dict[str, str] = {"reported_by": "VARCHAR", "heights": "VARCHAR[]"}
"""What a placement and its sight rest on, which files of earlier builds lack.

``reported_by`` is the source of the report of that place, empty where it is the one in the sensor's
own record; ``heights`` are the paths of the rasters of terrain near it."""

POINT_COLUMNS: dict[str, str] = {
    **PLACEMENT_COLUMNS,
    **BASIS_COLUMNS,
    "geometry": "GEOMETRY('EPSG:4326')",
}
"""The same with what it rests on and the place as a point."""

VIEWSHED_COLUMNS: dict[str, str] = {
    "sight_key": "VARCHAR",
    "terrain": "VARCHAR",
    "zoom": "INTEGER",
    "left": "INTEGER",
    "top": "INTEGER",
    "rows": "INTEGER",
    "columns": "INTEGER",
    "percent": "BLOB",
    "segments": "VARCHAR",
    "pieces": "INTEGER[]",
    "chances": "UTINYINT[]",
}
"""What is seen from the places of a key, as a picture of chances on Web Mercator pixels.

``pieces`` are those that are seen of the segments in the file ``segments``, with their chances."""

COVERAGE_COLUMNS: dict[str, str] = {
    **PLACEMENT_COLUMNS,
    **BASIS_COLUMNS,
    "band": "VARCHAR",
    "area_km2": "DOUBLE",
    "geometry": "GEOMETRY('EPSG:4326')",
}
"""The ground that is seen from there, in bands: seen, unsure, unknown."""

SEGMENT_COVERAGE_COLUMNS: dict[str, str] = {
    "segment_id": "VARCHAR",
    "synthetic": "BOOLEAN",
    "since": "TIMESTAMP",
    "seen": "DOUBLE",
    "unknown": "DOUBLE",
    "sensors": "SMALLINT",
}
"""How much of a segment is seen from a moment to its next row; the first row has no moment."""

LAYER_COLUMNS: dict[str, str] = {
    "id": "VARCHAR",
    "revision": "BIGINT",
    "state": "VARCHAR",
    "dataset": "VARCHAR",
    "n": "BIGINT",
    "oldest": "TIMESTAMP",
    "newest": "TIMESTAMP",
    "raster": "VARCHAR",
    "declared": "VARCHAR",
}
"""An uploaded layer: ``dataset`` has its features, ``raster`` is a COG below the warehouse or
empty, ``declared`` is the whole of it as JSON."""

QUARANTINE_COLUMNS: dict[str, str] = {
    "dataset": "VARCHAR",
    "part": "VARCHAR",
    "sha256": "VARCHAR",
    "found_at": "TIMESTAMP",
    "substitute_version": "BIGINT",
    "n": "BIGINT",
    "n_part": "BIGINT",
    "n_missing": "BIGINT",
    "sources": "VARCHAR[]",
    "first_id": "VARCHAR",
    "last_id": "VARCHAR",
}
"""A damaged file that no longer counts: ``part`` is a month of events, empty for a whole table."""

RECORD_COLUMNS: dict[str, str] = {
    "record_id": "VARCHAR",
    "content_hash": "UBIGINT",
    "ingested_at": "TIMESTAMP",
    "source": "VARCHAR",
    "marking": "VARCHAR",
    "synthetic": "BOOLEAN",
}
"""What every record of the datasets below begins with."""

SENSOR_COLUMNS: dict[str, str] = {
    **RECORD_COLUMNS,
    "sensor_id": "VARCHAR",
    "name": "VARCHAR",
    "kind": "VARCHAR",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
    "height_m": "DOUBLE",
    "range_m": "DOUBLE",
    "azimuth_deg": "DOUBLE",
    "fov_deg": "DOUBLE",
    "detect_near": "DOUBLE",
    "detect_far": "DOUBLE",
    "agency": "VARCHAR",
    "installed_at": "TIMESTAMP",
    "removed_at": "TIMESTAMP",
    "outages": "VARCHAR",
}
"""A sensor; azimuth and field of view are empty where it looks all round, outages as published.

``detect_near`` and ``detect_far`` are its probability of detection at its foot and at its range."""

STATISTIC_COLUMNS: dict[str, str] = {
    **RECORD_COLUMNS,
    "measure": "VARCHAR",
    "place_kind": "VARCHAR",
    "place": "VARCHAR",
    "period_start": "TIMESTAMP",
    "period": "VARCHAR",
    "dimensions": "VARCHAR",
    "value": "DOUBLE",
    "unit": "VARCHAR",
}
"""One figure of one place and period; period is day, month or year, dimensions JSON text."""

FACILITY_COLUMNS: dict[str, str] = {
    **RECORD_COLUMNS,
    "facility_type": "VARCHAR",
    "code": "VARCHAR",
    "name": "VARCHAR",
    "sector": "VARCHAR",
    "county": "VARCHAR",
    "segment_id": "VARCHAR",
    "lon": "DOUBLE",
    "lat": "DOUBLE",
    "uncertainty_m": "REAL",
    "attributes": "VARCHAR",
    "geometry": "GEOMETRY('EPSG:4326')",
}
"""A place with a function: facility_type is port, station or other."""

LINE_COLUMNS: dict[str, str] = {
    **RECORD_COLUMNS,
    "line_type": "VARCHAR",
    "kind": "VARCHAR",
    "name": "VARCHAR",
    "length_km": "DOUBLE",
    "attributes": "VARCHAR",
    "geometry": "GEOMETRY('EPSG:4326')",
}
"""A line on the ground: line_type is barrier or boundary; length_km is geodesic, as published."""

TERRAIN_COLUMNS: dict[str, str] = {
    **RECORD_COLUMNS,
    "title": "VARCHAR",
    "path": "VARCHAR",
    "sha256": "VARCHAR",
    "width": "INTEGER",
    "height": "INTEGER",
    "pixel_deg": "DOUBLE",
    "nodata": "DOUBLE",
    "min_m": "DOUBLE",
    "max_m": "DOUBLE",
    "geometry": "GEOMETRY('EPSG:4326')",
}
"""One raster of heights: path is a COG in EPSG:4326 below the warehouse, geometry its bounds."""

RECORD_DATASETS: dict[str, dict[str, str]] = {
    SENSORS: SENSOR_COLUMNS,
    STATISTICS: STATISTIC_COLUMNS,
    FACILITIES: FACILITY_COLUMNS,
    LINES: LINE_COLUMNS,
    TERRAIN: TERRAIN_COLUMNS,
}
"""The datasets of records, each kept as one whole table."""
