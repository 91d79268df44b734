"""The picture of a photo, kept aside where the analyst chose that: only its place is drawn."""

import shutil
from pathlib import Path

from cop.store.catalogue.transaction import WriteTransaction
from cop.store.dataset.photo import FOLDER


def keep_photo(transaction: WriteTransaction, file: Path) -> str:
    """Keep a picture beside the datasets and give its path below the warehouse."""
    kept = transaction.keep_file(FOLDER, ".jpg", lambda draft: _copy(file, draft))
    return kept.relative_to(transaction.folder).as_posix()


def _copy(file: Path, draft: Path) -> None:
    shutil.copyfile(file, draft)
