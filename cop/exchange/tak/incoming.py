"""What is taken from a TAK server: reports become unconfirmed events of a source of its own."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cop.errors import BatchError, InputFileError
from cop.exchange.tak.report import CotReport
from cop.exchange.tak.unit import is_unit
from cop.ingest.check.doubt import WORDS
from cop.ingest.profile.kind import EventProfile
from cop.ingest.sink.event import SINK
from cop.ingest.sink.load import IngestReport, load_rows
from cop.ingest.source.json import parse_json, with_fields
from cop.model.marking import highest_marking
from cop.model.tak import TakTypes
from cop.settings import StoreSettings

SOURCES: Final = {False: "tak", True: "tak_synthetic"}
"""The source of reports, and that of those which say that they are an EXERCISE or SYNTHETIC."""
_FIELDS: Final = (
    "source_id", "kind", "count", "unit", "occurred_at", "lon", "lat", "uncertainty_m", "marking",
)  # fmt: skip
_HUMAN: Final = "h"


@dataclass(frozen=True, kw_only=True)
class TakTaker:
    """Decides what is taken from a TAK server, and publishes it.

    ``prefix`` begins the uids of our own messages; ``least`` is the least marking of what is taken.
    """

    types: TakTypes
    prefix: str
    least: str

    def admits(self, report: CotReport) -> bool:
        """Return whether a report becomes an event.

        Our own message that comes back does not, nor what no person entered: tracks of people and
        vehicles are not ours to store. What another cop sends says what it counts.
        """
        if report.uid.startswith(self.prefix) or is_unit(report.type):
            return False
        if report.is_of_cop:
            return True
        return report.how.startswith(_HUMAN) and self.types.kind_of(report.type) is not None

    def publish(
        self, settings: StoreSettings, reports: Sequence[CotReport], *, file: str
    ) -> tuple[IngestReport, ...]:
        """Publish reports, of the same uid the newest, one version for each source.

        Raise BatchError where nothing could be taken.
        """
        newest = {report.source_id: report for report in reports}.values()
        found = []
        for synthetic, source in SOURCES.items():
            rows = [self._row(one) for one in newest if one.synthetic == synthetic]
            if rows:
                profile = build_profile(source, synthetic=synthetic, marking=self.least)
                found.append(_load(settings, rows, profile, file=file))
        return tuple(found)

    def _row(self, report: CotReport) -> dict[str, Any]:
        return {
            "source_id": report.source_id,
            "kind": report.kind or self.types.kind_of(report.type),
            "count": 1 if report.count is None else report.count,
            "unit": report.unit or "items",
            "occurred_at": f"{report.start.isoformat()}Z",
            "lon": report.lon,
            "lat": report.lat,
            "uncertainty_m": report.radius_m,
            "marking": highest_marking((report.marking, self.least)),
        }


def build_profile(source: str, *, synthetic: bool, marking: str) -> EventProfile:
    """Return the profile of what comes from a TAK server: unconfirmed, detected by a partner."""
    made_up = " (EXERCISE or SYNTHETIC)" if synthetic else ""
    return EventProfile.model_validate(
        {
            "name": source,
            "kind": "events",
            "source": {
                "id": source,
                "title": f"Reports from TAK{made_up}, unconfirmed",
                "publisher": "who is connected to the TAK server",
                "terms": "for the partners at the table",
                "marking": marking,
                "synthetic": synthetic,
            },
            "reader": "json",
            "columns": {name: name for name in _FIELDS},
            "values": {"detection": "partner", "confidence": "low"},
            "time": {"format": "%Y-%m-%dT%H:%M:%S%z", "precision": "minute"},
            # One wrong report is no reason to lose the others.
            "agreed": [*WORDS],
        }
    )


def _load(
    settings: StoreSettings, rows: Iterable[dict[str, Any]], profile: EventProfile, *, file: str
) -> IngestReport:
    table = parse_json(json.dumps([*rows]).encode(), file=file)
    try:
        return load_rows(
            settings, with_fields(table, profile.file_columns), profile, SINK, file=file
        )
    except InputFileError as fault:
        raise BatchError(str(fault)) from fault
