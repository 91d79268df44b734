"""The room's choice of the records that everyone is shown by default: every choice stays."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Final

from sqlalchemy import Column, DateTime, String, Table, insert, select

from cop.model.alert import check_person
from cop.model.default_records import DefaultRecords, settle_default
from cop.model.filter import Records
from cop.model.moment import utc_instant
from cop.settings import StoreSettings
from cop.store.catalogue.default import read_loaded
from cop.store.catalogue.reader import CatalogueReader
from cop.store.engine import open_engine
from cop.store.room.audit import add_step
from cop.store.room.relational import METADATA, RoomRecords, new_id

SUBJECT: Final = "default records"
_ROWS = Table(
    "default_records",
    METADATA,
    Column("id", String, primary_key=True),
    Column("records", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", DateTime, nullable=False),
)


class DefaultChoices(RoomRecords):
    """The choices of one room; safe to use from many threads and processes."""

    def __init__(
        self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_instant
    ) -> None:
        """Open the store; its clock tells apart what is chosen within a second."""
        super().__init__(settings, now=now)

    def choose(self, records: Records, *, by: str) -> DefaultRecords:
        """Show these records to everyone by default from now on."""
        person = check_person(by)
        with self._store.writing() as connection:
            now = self._now()
            row = {"id": new_id(), "records": records, "by": person, "at": now}
            connection.execute(insert(_ROWS).values(row))
            add_step(
                connection,
                at=now.replace(microsecond=0),
                who=person,
                subject=SUBJECT,
                action="show",
                version=None,
                detail=records,
            )
        return DefaultRecords(records=records, since=now, by=person)

    def newest(self, *, at: datetime | None = None) -> DefaultRecords | None:
        """Return the choice that holds, or that held at a moment (naive UTC); None without any."""
        requested = select(_ROWS).order_by(_ROWS.c.at.desc(), _ROWS.c.id).limit(1)
        if at is not None:
            requested = requested.where(_ROWS.c.at <= at)
        with self._store.reading() as connection:
            row = connection.execute(requested).one_or_none()
        if row is None:
            return None
        return DefaultRecords(records=row.records, since=row.at, by=row.by)


def read_default(
    settings: StoreSettings,
) -> tuple[DefaultRecords | None, frozenset[Records]]:
    """Return what is shown by default and which records are loaded, without opening a warehouse."""
    with closing(CatalogueReader(settings)) as reader:
        catalogue = reader.catalogue()
    with closing(open_engine(settings)) as cursor:
        loaded = read_loaded(cursor, catalogue.event_files)
    with closing(DefaultChoices(settings)) as choices:
        return settle_default(choices.newest(), catalogue.default, loaded), loaded
