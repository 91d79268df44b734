"""Tests of the command that exports saved Pictures."""

from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from tests.support.invoked import invoke, read_refusal
from tests.support.saved import make_draft

pytestmark = pytest.mark.table


@pytest.fixture
def picture(own_warehouse: Path) -> str:
    """The id of a saved Picture over a region without records."""
    with closing(SavedPictures(StoreSettings(data=own_warehouse))) as saved:
        return saved.save(make_draft(), name="Morning").id


def test_a_file_is_written_whole_in_the_format_of_its_suffix(
    own_warehouse: Path, picture: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = out / "Brief.CSV"
    done = invoke("handout", path, "--picture", f"{picture}:1", "--data", own_warehouse)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert done.stderr == f"{path}: {path.stat().st_size:,} bytes of {picture}:1\n"
    assert list(out.iterdir()) == [path]
    assert set(pd.read_csv(path)["picture"]) == {picture}


def test_a_format_can_be_named(own_warehouse: Path, picture: str, tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    given = ("--picture", picture, "--data", own_warehouse)
    assert "format 'txt': use one of" in read_refusal(invoke("handout", path, *given))
    assert not path.exists()
    assert invoke("handout", path, *given, "--format", "gpkg").exit_code == 0
    assert path.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize(
    ("picture_id", "name", "message"),
    [
        ("aaaaaaaaaa", "a.pdf", "no picture 'aaaaaaaaaa' is saved here"),
        ("x:y", "a.pdf", "use ID or ID:REVISION"),
        ("aaaaaaaaaa", "none/a.pdf", "none does not exist; create it or choose another"),
    ],
)
def test_what_cannot_be_exported_is_named(
    own_warehouse: Path, tmp_path: Path, picture_id: str, name: str, message: str
) -> None:
    given = ("--picture", picture_id, "--data", own_warehouse)
    assert message in read_refusal(invoke("handout", tmp_path / name, *given))


@pytest.mark.glance
def test_the_paper_is_a_setting_and_a_choice_and_the_preparer_is_named(
    own_warehouse: Path, picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "brief.pdf"
    given = ("handout", path, "--picture", picture, "--data", own_warehouse)
    letter, a4 = b"/MediaBox [0 0 792.00 612.00]", b"/MediaBox [0 0 841.89 595.28]"
    assert invoke(*given, "--prepared-by", " Watch  officer ").exit_code == 0
    assert letter in path.read_bytes()
    assert b"/Author (Watch officer)" in path.read_bytes()
    monkeypatch.setenv("COP_PAPER", "a4")
    assert invoke(*given).exit_code == 0
    assert a4 in path.read_bytes()
    assert invoke(*given, "--paper", "Letter").exit_code == 0
    assert letter in path.read_bytes()
    assert "paper='a3'" in read_refusal(invoke(*given, "--paper", "A3"))
