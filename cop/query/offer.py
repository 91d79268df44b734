"""The offer to show records that were loaded since everyone is shown the other ones."""

from dataclasses import dataclass
from datetime import datetime

from cop.model.default_records import RECORDS_NAMES, name_records, other_records
from cop.model.filter import Records
from cop.query.service import QueryService


@dataclass(frozen=True, kw_only=True)
class RecordsOffer:
    """Records that were loaded and are not shown by default: how many, and the newest of them."""

    records: Records
    n: int
    newest: datetime | None

    @property
    def words(self) -> str:
        """What was loaded, and what is shown instead."""
        day = "" if self.newest is None else f", newest {f'{self.newest:%d %b %y}'.upper()}"
        return (
            f"{RECORDS_NAMES[self.records]} records were loaded: {self.n:,} events{day}. "
            f"Shown: {name_records(other_records(self.records))}."
        )


def read_offer(service: QueryService) -> RecordsOffer | None:
    """Return what was loaded since the default holds, of the records that it is not."""
    snapshot = service.with_choice(service.snapshot)
    default = snapshot.default
    if default is None or default.since is None:
        return None
    records = other_records(default.records)
    arrived = [
        state
        for state in snapshot.event_sources.values()
        if state.n and state.source.synthetic == (records == "synthetic")
    ]
    if not any(state.loaded_at >= default.since for state in arrived):
        return None
    n = sum(state.n for state in arrived)
    return RecordsOffer(records=records, n=n, newest=snapshot.newest(records))
