"""The alerts that belong to what a view shows."""

from cop.model.alert import Alert
from cop.query.service import QueryService
from cop.query.view import View


def read_alerts(service: QueryService, view: View) -> tuple[Alert, ...]:
    """Return the alerts that are not closed, of the records that a view counts.

    Of an earlier moment they are those that were open then; sectors of the filter narrow them.
    """
    store = service.warehouse.room.alerts
    found = store.list(view.records, at=view.snapshot.known_at)
    sectors = view.filter.sectors or tuple(view.zones)
    return tuple(a for a in found if a.state != "closed" and a.finding.sector in sectors)
