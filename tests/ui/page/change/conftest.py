"""A history of loads around a brief for the Changes page."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from tests.support.brief import BRIEF, build_history
from tests.support.saved import make_draft
from tests.support.warehouse import copy_warehouse


@pytest.fixture(scope="module")
def briefed_dir(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history around a brief, and a Picture that was saved at the brief."""
    folder = copy_warehouse(bare_warehouse, tmp_path_factory.mktemp("ui") / "warehouse")
    build_history(folder)
    with closing(SavedPictures(StoreSettings(data=folder), now=lambda: BRIEF)) as saved:
        saved.save(make_draft(version=99), name="Morning <i>brief</i>")
    return folder
