"""The folder of the exchange below the warehouse: what partners have, and files under way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cop.settings import StoreSettings
from cop.store.catalogue.shared_lock import open_lock
from cop.store.catalogue.writer import make_folder

EXCHANGE_FOLDER: Final = "exchange"
_SCRATCH: Final = "scratch"
_BUSY: Final = "another package has been under way"
_WAIT_S: Final = 300.0


@contextmanager
def exchanging(settings: StoreSettings) -> Iterator[Path]:
    """Return a folder for files under way, empty before and after; one package at a time.

    The engine reads and writes below the warehouse alone. Raise BusyError if another package takes
    too long.
    """
    own = settings.data.resolve() / EXCHANGE_FOLDER
    make_folder(own)
    with open_lock(settings, "exchange", timeout_s=_WAIT_S, busy=_BUSY):
        scratch = own / _SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
