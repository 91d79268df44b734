"""The reports from the field in a view, also where rules of giving hide their ids."""

from cop.model.filter import Filter
from cop.model.report import FIELD_SOURCE
from cop.query.given.record import hide_id
from cop.query.service import QueryService
from cop.query.table import list_source_ids
from cop.query.view import View


def list_report_ids(service: QueryService, view: View) -> tuple[str, ...]:
    """Return the ids of the reports of a view: for this server alone, never for a partner."""
    shown = list_source_ids(service, view, FIELD_SOURCE)
    grant = None if view.release is None else view.release.grant
    if grant is None:
        return shown
    warehouse, own = service.warehouse, Filter(sources=(FIELD_SOURCE,))
    whole = warehouse.snapshot_at(version=view.snapshot.version)
    selection = warehouse.events(whole, own.within(view.filter.window))
    rows = warehouse.query(
        f"SELECT event_id, source_id FROM {selection.source} WHERE {selection.where} ORDER BY 2",
        selection.values,
    )
    records = {*shown}
    return tuple(
        str(source_id)
        for event_id, source_id in rows
        if hide_id(str(event_id), grant.giver) in records
    )
