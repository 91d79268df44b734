"""The picture of a photo, kept aside where the analyst chose that: only its place is drawn."""

import shutil
from pathlib import Path

from cop.store.photo import FOLDER
from cop.store.publication import Publication


def keep_photo(publication: Publication, file: Path) -> str:
    """Keep a picture beside the datasets and give its path below the warehouse."""
    kept = publication.keep_file(FOLDER, ".jpg", lambda draft: _copy(file, draft))
    return kept.relative_to(publication.folder).as_posix()


def _copy(file: Path, draft: Path) -> None:
    shutil.copyfile(file, draft)
