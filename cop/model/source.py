"""The kinds of sources, and the ids that are for those of partners."""

from typing import Final, Literal

SourceKind = Literal["events", "sensors", "status", "statistics", "places", "lines", "terrain"]
StoredKind = SourceKind | Literal["layers"]
"""What a source may contain: records that a profile loads, or an uploaded layer."""
SOURCE_KINDS: dict[SourceKind, str] = {
    "events": "things counted at a place and time",
    "sensors": "sensors and their outages",
    "status": "reports of sensors' states and places",
    "statistics": "figures of a place and period",
    "places": "places with a function, such as ports and stations",
    "lines": "lines on the ground, such as barriers",
    "terrain": "rasters of heights",
}
ROW = "__row__"
"""The column of a table on its way in that holds the number of the file's row."""
OF_PARTNER: Final = "--"
"""Stands in the id of a partner's source, between its agency and the id that it has there."""


def is_reserved(source_id: str) -> bool:
    """Return whether an id is of the form that the sources of partners have here."""
    return OF_PARTNER in source_id
