"""The room beside a warehouse: all its small records, each store opened when first asked for."""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from typing import TypeVar

from cop.errors import StoreError
from cop.model.picture import Picture
from cop.model.release import Release
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal
from cop.store.room.brief import Briefs
from cop.store.room.damage import DAMAGE_FILE, RoomDamage, read_damages
from cop.store.room.default_records import DefaultChoices
from cop.store.room.exchange import Exchanges
from cop.store.room.expiring import ExpiringRecords
from cop.store.room.impact import Decisions
from cop.store.room.mending import open_room
from cop.store.room.partner import Partners
from cop.store.room.people import People
from cop.store.room.picture import SavedPictures
from cop.store.room.relational import MayCount, RelationalStore, RoomRecords, may_count_all
from cop.store.room.report import FieldReports
from cop.store.room.rfi import Rfis
from cop.store.room.session import Sessions
from cop.store.room.tak import TakOutbox
from cop.store.room.token import AccessTokens
from cop.store.room.wall_show import WallShows

Found = TypeVar("Found")


def _knows(_picture: Picture) -> bool:
    """Let everything be known."""
    return True


class Room:
    """The stores of one warehouse's room, shared by everything that reads that warehouse."""

    def __init__(self, settings: StoreSettings) -> None:
        """Name the warehouse; nothing is opened yet."""
        self._settings = settings
        self._opening = threading.Lock()
        self._is_open = False
        self._unread: dict[str, str] = {}
        self._told: tuple[int, tuple[RoomDamage, ...]] = (0, ())

    @property
    def is_shared(self) -> bool:
        """Whether servers of other machines have the same room."""
        return self._settings.database is not None

    @property
    def caveats(self) -> tuple[str, ...]:
        """What the room lost and what of it cannot be read now, each in one line; usually none."""
        unread = self._read_unread()
        whole = [f"{_list_unread(unread)}: {next(iter(unread.values()))}"] if unread else []
        return (*whole, *(damage.caveat for damage in self._read_losses()))

    @property
    def briefs(self) -> tuple[str, ...]:
        """The caveats in the few words that fit on a wall."""
        unread = self._read_unread()
        whole = [_list_unread(unread)] if unread else []
        return (*whole, *(damage.brief for damage in self._read_losses()))

    def attempt(self, what: str, read: Callable[["Room"], Found], otherwise: Found) -> Found:
        """Return what is read of the room, or ``otherwise`` with a caveat if it cannot be read.

        ``what`` names it in the caveat, in the plural. For parts of a page that goes on without.
        """
        try:
            found = read(self)
        except StoreError as fault:
            self._unread[what] = str(fault)
            return otherwise
        self._unread.pop(what, None)
        return found

    @cached_property
    def alerts(self) -> Alerts:
        """The alerts."""
        return Alerts(self._open())

    @cached_property
    def annotations(self) -> Annotations:
        """What is drawn on the map."""
        return Annotations(self._open())

    @cached_property
    def area_briefs(self) -> Briefs:
        """The briefs of areas."""
        return Briefs(self._open())

    @cached_property
    def decisions(self) -> Decisions:
        """The decisions on impact levels."""
        return Decisions(self._open())

    @cached_property
    def default_records(self) -> DefaultChoices:
        """Which records everyone is shown by default."""
        return DefaultChoices(self._open())

    @cached_property
    def exchanges(self) -> Exchanges:
        """What was exchanged with partners."""
        return Exchanges(self._open())

    @cached_property
    def expiring(self) -> ExpiringRecords:
        """What servers share for minutes."""
        return ExpiringRecords(self._open())

    @cached_property
    def reports(self) -> FieldReports:
        """The reports from the field."""
        return FieldReports(self._open())

    @cached_property
    def journal(self) -> Journal:
        """The journal of the board."""
        return Journal(self._open())

    @cached_property
    def partners(self) -> Partners:
        """The partners."""
        return Partners(self._open())

    @cached_property
    def people(self) -> People:
        """The local accounts."""
        return People(self._open())

    @cached_property
    def pictures(self) -> SavedPictures:
        """The saved Pictures."""
        return SavedPictures(self._open())

    @cached_property
    def rfis(self) -> Rfis:
        """The requests for information."""
        return Rfis(self._open())

    @cached_property
    def sessions(self) -> Sessions:
        """The sessions of who is signed in."""
        return Sessions(self._open())

    @cached_property
    def tak_outbox(self) -> TakOutbox:
        """What a TAK server has, and what is still to be sent."""
        return TakOutbox(self._open())

    @cached_property
    def tokens(self) -> AccessTokens:
        """The tokens of programs."""
        return AccessTokens(self._open())

    @cached_property
    def wall_shows(self) -> WallShows:
        """What was sent to the walls."""
        return WallShows(self._open())

    def released_to(
        self,
        release: Release | None,
        *,
        may_know: Callable[[Picture], bool] = _knows,
        may_count: MayCount = may_count_all,
    ) -> "Room":
        """Return the same room for viewers who may read what a release has.

        ``may_know`` returns whether they may know of all that a saved Picture names, ``may_count``
        whether they may read the sources of a version as they are marked now.
        """
        return self if release is None else ReleasedRoom(self, release, may_know, may_count)

    def close(self) -> None:
        """Close every store that was opened."""
        for store in [*vars(self).values()]:
            if isinstance(store, RoomRecords):
                store.close()

    def _read_unread(self) -> dict[str, str]:
        """Return what cannot be read now, and why; a database that is back may be read again."""
        if self._unread and self._settings.database is not None:
            with suppress(StoreError):
                RelationalStore(self._settings).close()
                self._unread.clear()
        return dict(self._unread)

    def _open(self) -> StoreSettings:
        """Mend the room's file before the first of its stores is opened."""
        with self._opening:
            if not self._is_open:
                open_room(self._settings)
                self._is_open = True
        return self._settings

    def _read_losses(self) -> tuple[RoomDamage, ...]:
        if self._settings.database is not None:
            return ()
        folder = self._settings.data.resolve()
        try:
            changed_ns = (folder / DAMAGE_FILE).stat().st_mtime_ns
        except OSError:
            return ()
        if self._told[0] != changed_ns:
            losses = tuple(damage for damage in read_damages(folder) if damage.is_loss)
            self._told = (changed_ns, losses)
        return self._told[1]


class ReleasedRoom(Room):
    """A room whose records with a marking are those that some viewers may read."""

    def __init__(
        self,
        whole: Room,
        release: Release,
        may_know: Callable[[Picture], bool],
        may_count: MayCount,
    ) -> None:
        """Read the stores of a whole room."""
        super().__init__(whole._settings)
        self._unread = whole._unread
        self._whole, self._release = whole, release
        self._may_know, self._may_count = may_know, may_count

    @cached_property
    def alerts(self) -> Alerts:
        """The alerts."""
        return self._whole.alerts.released_to(self._release)

    @cached_property
    def annotations(self) -> Annotations:
        """What is drawn on the map."""
        return self._whole.annotations.released_to(self._release)

    @cached_property
    def decisions(self) -> Decisions:
        """The decisions on impact levels."""
        return self._whole.decisions.released_to(self._release).counted_by(self._may_count)

    @cached_property
    def default_records(self) -> DefaultChoices:
        """Which records everyone is shown by default."""
        return self._whole.default_records

    @cached_property
    def exchanges(self) -> Exchanges:
        """What was exchanged with partners."""
        return self._whole.exchanges

    @cached_property
    def expiring(self) -> ExpiringRecords:
        """What servers share for minutes."""
        return self._whole.expiring

    @cached_property
    def journal(self) -> Journal:
        """The journal of the board."""
        return self._whole.journal

    @cached_property
    def pictures(self) -> SavedPictures:
        """The saved Pictures."""
        released = self._whole.pictures.released_to(self._release)
        return released.known_by(self._may_know).counted_by(self._may_count)

    @cached_property
    def partners(self) -> Partners:
        """The partners."""
        return self._whole.partners

    @cached_property
    def people(self) -> People:
        """The local accounts."""
        return self._whole.people

    @cached_property
    def rfis(self) -> Rfis:
        """The requests for information."""
        return self._whole.rfis.released_to(self._release)

    @cached_property
    def sessions(self) -> Sessions:
        """The sessions of who is signed in."""
        return self._whole.sessions

    @cached_property
    def tak_outbox(self) -> TakOutbox:
        """What a TAK server has, and what is still to be sent."""
        return self._whole.tak_outbox

    @cached_property
    def tokens(self) -> AccessTokens:
        """The tokens of programs."""
        return self._whole.tokens

    @cached_property
    def wall_shows(self) -> WallShows:
        """What was sent to the walls."""
        return self._whole.wall_shows.known_by(self.pictures.has)

    def close(self) -> None:
        """Do nothing: the whole room closes its stores."""


def _list_unread(unread: Iterable[str]) -> str:
    return f"room: {', '.join(sorted(unread))} cannot be read and are not shown"
