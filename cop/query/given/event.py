"""What a partner is given of the newest version, by its rules, of what is released to it."""

from datetime import datetime

from cop.model.giving import Giver
from cop.model.partner import Partner
from cop.model.release import Release
from cop.query.service import QueryService
from cop.store.engine import Cursor, fetch
from cop.store.given.event import GRANTED, Receiver, fill_granted


def release_for(partner: Partner) -> Release:
    """Return what may be read by a partner: its agency, up to the label that its rules state."""
    return Release(agency=partner.code, highest=partner.rules.highest, names_withheld=False)


def grant_events(
    cursor: Cursor,
    service: QueryService,
    receiver: Receiver,
    *,
    giver: Giver,
    now: datetime,
    since: datetime | None = None,
) -> int:
    """Fill GRANTED with the events that a receiver is given of the newest version; return how many.

    ``service`` is released to the receiver (``release_for``, or less). Events of months before that
    of ``since`` are left out. Raise PartnerError if its rules name what there is not.
    """
    newest = service.warehouse.snapshot
    fill_granted(
        cursor,
        service.warehouse.admit(newest, service.release).catalogue,
        newest.catalogue,
        receiver,
        giver=giver,
        latest=now - receiver.rules.delay,
        since=since,
    )
    ((n,),) = fetch(cursor, f"SELECT count(*) FROM {GRANTED}")
    return int(n)
