"""The Changes page without a browser: its words, its table by sector, and what one chooses."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from cop.model.moment import format_instant
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from tests.support.brief import BRIEF, FIRST, NOW, build_history
from tests.support.saved import make_draft
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table


@pytest.fixture(scope="module")
def briefed_dir(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history around a brief, and a Picture that was saved at the brief."""
    folder = Path(shutil.copytree(bare_warehouse, tmp_path_factory.mktemp("ui") / "warehouse"))
    build_history(folder)
    with closing(SavedPictures(StoreSettings(data=folder), now=lambda: BRIEF)) as saved:
        saved.save(make_draft(version=99), name="Morning <i>brief</i>")
    return folder


def test_the_table_by_sector_adds_up(run_page: RunPage, briefed_dir: Path) -> None:
    known = {"since": format_instant(BRIEF), "known_at": format_instant(NOW), "records": "real"}
    page = run_page("Changes", briefed_dir, **known)
    assert not page.exception
    assert not page.error
    table = page.dataframe[0].value.set_index("sector")
    assert table.loc["TCA", ["new", "late", "corrected", "withdrawn"]].tolist() == [2, 1, 1, 1]
    assert table.loc["All"].drop("name").tolist() == [3, 2, 2, 2, 1]
    assert table.loc["DRT", "newly stale"] == 1


def test_a_saved_picture_gives_the_moment(run_page: RunPage, briefed_dir: Path) -> None:
    page = run_page("Changes", briefed_dir, records="real", known_at=format_instant(NOW))
    choice = page.selectbox(key="since-saved")
    (label,) = choice.options
    assert label == "101300Z FEB 26 · Morning <i>brief</i> (revision 1)"
    choice.select(label).run()
    assert page.query_params["since"] == format_instant(BRIEF)
    assert "3 new, 2 late" in " ".join(str(part.proto.body) for part in page.get("html"))


def test_a_moment_before_every_version_is_told(run_page: RunPage, briefed_dir: Path) -> None:
    page = run_page("Changes", briefed_dir, records="real", since="2001-01-01")
    assert "no version that old is stored" in page.error[0].value


def test_nothing_new_is_said(run_page: RunPage, briefed_dir: Path) -> None:
    same = {"since": format_instant(FIRST), "known_at": format_instant(BRIEF)}
    page = run_page("Changes", briefed_dir, records="real", **same)
    said = " ".join(str(part.proto.body) for part in page.get("html"))
    assert "Nothing published since" in said
