"""Records that somebody names by their id: which of them may be read, and how they are marked."""

from collections.abc import Collection, Mapping

from cop.model.filter import Filter
from cop.query.service import QueryService
from cop.store.dataset.selection import select_events


def read_record_markings(service: QueryService, ids: Collection[str]) -> Mapping[str, str]:
    """Return the markings of those events that are there and may be read, by their id."""
    if not ids or not service.snapshot.catalogue.event_files:
        return {}
    selection = select_events(service.snapshot.catalogue, Filter())
    rows = service.warehouse.query(
        f"SELECT event_id, marking FROM {selection.source} WHERE {selection.where} "
        "AND event_id IN (SELECT unnest($ids::VARCHAR[]))",
        {**selection.values, "ids": [*ids]},
    )
    return {str(event_id): str(marking) for event_id, marking in rows}
