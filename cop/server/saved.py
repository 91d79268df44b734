"""The process's saved Pictures, those of the warehouse that it serves."""

from functools import cache
from pathlib import Path

from cop.server.service import current_service
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures


def saved_pictures() -> SavedPictures:
    """Give the saved Pictures beside the warehouse; StoreError where none is open."""
    return _open(current_service().warehouse.folder)


@cache
def _open(folder: Path) -> SavedPictures:
    return SavedPictures(StoreSettings(data=folder))
