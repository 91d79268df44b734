"""The image of an uploaded photo, stored if the analyst chose that: only its place is drawn."""

import shutil
from pathlib import Path

from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.photo import FOLDER


def store_photo(transaction: WriteTransaction, file: Path) -> str:
    """Store an image beside the datasets and return its path below the warehouse."""
    path = transaction.store_file(FOLDER, ".jpg", lambda draft: _copy(file, draft))
    return path.relative_to(transaction.folder).as_posix()


def _copy(file: Path, draft: Path) -> None:
    shutil.copyfile(file, draft)
