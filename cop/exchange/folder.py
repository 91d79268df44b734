"""The folder of the exchange below the warehouse: what partners have, and files under way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from cop.errors import BusyError
from cop.store.catalogue.writer import make_folder

EXCHANGE_FOLDER: Final = "exchange"
_LOCK, _SCRATCH = "exchange.lock", "scratch"
_WAIT_S: Final = 300.0


@contextmanager
def exchanging(folder: Path) -> Iterator[Path]:
    """Return a folder for files under way, empty before and after; one package at a time.

    The engine reads and writes below the warehouse alone. Raise BusyError if another package takes
    too long.
    """
    own = folder / EXCHANGE_FOLDER
    make_folder(own)
    try:
        with FileLock(own / _LOCK, timeout=_WAIT_S):
            scratch = own / _SCRATCH
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except Timeout as fault:
        raise BusyError(
            f"{own}: another package has been under way for {_WAIT_S:g} s; try again later"
        ) from fault
