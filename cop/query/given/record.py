"""What is granted, one record after another, for systems that take messages and no files."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from cop.model.giving import PRECISION_WORDS, Giver, Precision
from cop.query.service import QueryService
from cop.store.dataset.schema import PLACEMENTS, SENSORS
from cop.store.engine import Cursor, fetch, quote
from cop.store.given.event import GRANTED


@dataclass(frozen=True, kw_only=True)
class GrantedEvent:
    """An event as it is given; moments are naive UTC, positions degrees EPSG:4326."""

    origin: str
    record: str
    kind: str
    count: int
    unit: str
    occurred_at: datetime
    time_precision: str
    lon: float
    lat: float
    uncertainty_m: float | None
    detection: str | None
    confidence: str | None
    marking: str
    synthetic: bool
    precision: Precision

    @property
    def place_words(self) -> str:
        """How exactly the position is given."""
        return PRECISION_WORDS[self.precision]


@dataclass(frozen=True, kw_only=True)
class GrantedSensor:
    """A sensor where it stands now, as it may be known; degrees EPSG:4326."""

    source: str
    sensor_id: str
    name: str | None
    kind: str
    agency: str | None
    lon: float
    lat: float
    range_m: float | None
    marking: str
    synthetic: bool
    reported_by: str


_RECORD_DIGITS: Final = 32
_COLUMNS: Final = ", ".join(quote(field.name) for field in fields(GrantedEvent))


def read_granted(
    cursor: Cursor, *, since: datetime, agency: str, without: Collection[str]
) -> Iterator[GrantedEvent]:
    """Read the events of GRANTED that occurred after a moment, in the order of their records.

    Those of sources ``without`` are left out as far as they are this ``agency``'s own.
    """
    names = [field.name for field in fields(GrantedEvent)]
    rows = fetch(
        cursor,
        f"SELECT {_COLUMNS} FROM {GRANTED} WHERE occurred_at > $since "
        "AND NOT (origin = $agency AND origin_source IN (SELECT unnest($without::VARCHAR[]))) "
        "ORDER BY origin, record",
        {"since": since, "agency": agency, "without": [*without]},
    )
    return (GrantedEvent(**dict(zip(names, row, strict=True))) for row in rows)


def find_own_granted(
    cursor: Cursor, ids: Collection[str], giver: Giver
) -> Mapping[str, tuple[str, str]]:
    """Return source and record of own events that GRANTED has, by their id on this server."""
    hidden = {hide_id(event, giver): event for event in ids}
    rows = fetch(
        cursor,
        f"SELECT record, origin_source FROM {GRANTED} WHERE origin = $agency "
        "AND record IN (SELECT unnest($records::VARCHAR[]))",
        {"agency": giver.agency, "records": [*hidden]},
    )
    return {hidden[record]: (source, record) for record, source in rows}


def hide_id(event_id: str, giver: Giver) -> str:
    """Return the record that an own event is given as, as GRANTED has it."""
    digest = hashlib.sha256(f"{giver.secret.hex()}{event_id}".encode())
    return digest.hexdigest()[:_RECORD_DIGITS]


def read_sensors(service: QueryService, now: datetime) -> tuple[GrantedSensor, ...]:
    """Return where the sensors stand that may be known of; none where none are loaded."""
    catalogue = service.snapshot.catalogue
    if not {PLACEMENTS, SENSORS} <= {*catalogue.files}:
        return ()
    names = [field.name for field in fields(GrantedSensor)]
    reader = "read_parquet($placements, union_by_name => true)"
    values = {
        "placements": list(catalogue.files_of(PLACEMENTS)),
        "sensors": list(catalogue.files_of(SENSORS)),
        "now": now,
    }
    # Files of earlier builds do not say who reported a place.
    has_basis = "reported_by" in service.warehouse.frame(
        f"SELECT * FROM {reader} LIMIT 0", {"placements": values["placements"]}
    )
    reported_by = "coalesce(p.reported_by, '')" if has_basis else "''"
    rows = service.warehouse.query(
        f"SELECT p.source, p.sensor_id, p.name, p.kind, p.agency, p.lon, p.lat, p.range_m, "
        f"s.marking, p.synthetic, {reported_by} FROM {reader} p "
        "JOIN read_parquet($sensors) s USING (source, sensor_id) "
        "WHERE p.lon IS NOT NULL AND p.lat IS NOT NULL "
        "AND (p.valid_from IS NULL OR p.valid_from <= $now) "
        "AND (p.valid_to IS NULL OR p.valid_to > $now) ORDER BY ALL",
        values,
    )
    return tuple(GrantedSensor(**dict(zip(names, row, strict=True))) for row in rows)
