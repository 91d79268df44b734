"""The room beside a warehouse: all its small records, each store opened when first asked for."""

from functools import cached_property

from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal
from cop.store.room.default_records import DefaultChoices
from cop.store.room.impact import Decisions
from cop.store.room.picture import SavedPictures
from cop.store.room.wall_show import WallShows


class Room:
    """The stores of one warehouse's room, shared by everything that reads that warehouse."""

    def __init__(self, settings: StoreSettings) -> None:
        """Name the warehouse; nothing is opened yet."""
        self._settings = settings

    @cached_property
    def alerts(self) -> Alerts:
        """The alerts."""
        return Alerts(self._settings)

    @cached_property
    def annotations(self) -> Annotations:
        """What is drawn on the map."""
        return Annotations(self._settings)

    @cached_property
    def decisions(self) -> Decisions:
        """The decisions on impact levels."""
        return Decisions(self._settings)

    @cached_property
    def default_records(self) -> DefaultChoices:
        """Which records everyone is shown by default."""
        return DefaultChoices(self._settings)

    @cached_property
    def journal(self) -> Journal:
        """The journal of the board."""
        return Journal(self._settings)

    @cached_property
    def pictures(self) -> SavedPictures:
        """The saved Pictures."""
        return SavedPictures(self._settings)

    @cached_property
    def wall_shows(self) -> WallShows:
        """What was sent to the walls."""
        return WallShows(self._settings)

    def close(self) -> None:
        """Close every store that was opened."""
        for name, store in vars(self).items():
            if name != "_settings":
                store.close()
