"""The alerts that stand beside a Picture."""

from cop.model.alert import Alert
from cop.model.picture import Picture
from cop.query.service import QueryService


def standing_alerts(service: QueryService, picture: Picture) -> tuple[Alert, ...]:
    """Give the alerts that are not closed, of the records that a settled Picture is of.

    Of an earlier moment they are those that stood then; sectors of its filter narrow them.
    """
    wanted = picture.wanted
    store = service.warehouse.room.alerts
    found = store.list(wanted.records or "real", at=service.snapshot.known_at)
    return tuple(
        alert
        for alert in found
        if alert.state != "closed" and alert.finding.sector in (wanted.sectors or service.zones)
    )
