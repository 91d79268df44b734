"""The columns of the event dataset, in order, with their DuckDB types."""

EVENTS = "events"
SOURCES = "sources"
MONTH = "month"

RAW_COLUMNS: dict[str, str] = {
    "source": "VARCHAR",
    "source_id": "VARCHAR",
    "kind": "VARCHAR",
    "count": "INTEGER",
    "unit": "VARCHAR",
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

SENSOR_COLUMNS = (
    "sensor_id",
    "kind",
    "lon",
    "lat",
    "height_m",
    "range_m",
    "azimuth_deg",
    "fov_deg",
    "agency",
    "installed_at",
    "removed_at",
    "synthetic",
)
OUTAGE_COLUMNS = ("sensor_id", "down_at", "up_at", "cause")
