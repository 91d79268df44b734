"""Since when reports of events are still to come, by the delays so far."""

from datetime import datetime, timedelta
from typing import Final

from cop.analysis.forecast.delay import COMPLETE, LONGEST, build_completeness
from cop.model.window import TimeWindow
from cop.query.forecast.risk import forecast_origin, read_reports, relevant_to_risk
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.query.view import View

_DAY: Final = timedelta(days=1)


def read_incomplete(service: QueryService, view: View) -> datetime | None:
    """Return since when less than 95% of a day's events are reported by now, whatever the window.

    None where every day is complete, no record has the time of its report, or no region is
    loaded.
    """
    snapshot, everything = view.snapshot, view.filter.within(TimeWindow())
    if "segments" not in snapshot.catalogue.files:
        return None
    origin = forecast_origin(snapshot, everything)
    relevant = relevant_to_risk(everything, origin)

    def build() -> datetime | None:
        segments = read_segments(snapshot)["segment_id"]
        records = read_reports(service.warehouse, snapshot, relevant, segments, "day").records
        share = build_completeness(records, origin=records.periods, longest=LONGEST["day"])
        late = int((share < COMPLETE).sum())
        return origin - late * _DAY if late else None

    return service.answer("incomplete", view.part(relevant), build)
