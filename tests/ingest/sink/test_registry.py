"""Tests that a profile loads its own kind and no other, by the command line."""

from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from cop import __main__ as command
from cop.errors import ProfileError
from cop.ingest.profile import file as module
from cop.ingest.profile.file import build_profile, profile_names, read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.model.source import SOURCE_KINDS, SourceKind
from cop.settings import StoreSettings
from tests.support.record import iom_row, write_iom

pytestmark = pytest.mark.sources


def test_every_kind_has_a_profile() -> None:
    assert {read_profile(name).kind for name in profile_names()} == set(SOURCE_KINDS)
    assert set(get_args(SourceKind)) == set(SOURCE_KINDS)


@pytest.mark.parametrize("kind", [kind for kind in SOURCE_KINDS if kind != "events"])
def test_a_profile_of_another_kind_is_refused(kind: str, tmp_path: Path) -> None:
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    arguments = ["ingest", kind, str(path), "--profile", "iom_mmp", "--data", str(tmp_path / "w")]
    answer = CliRunner().invoke(command.app, arguments)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        f"cop: profile iom_mmp is of events, not {kind}: "
        "use `cop ingest events FILE --profile iom_mmp`\n"
    )
    assert not (tmp_path / "w").exists()


def test_one_source_is_of_one_kind(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = StoreSettings(data=own_warehouse)
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    ingest_file(settings, path, read_profile("iom_mmp"), reader=DirectReader())
    declared: dict[str, Any] = {
        "kind": "statistics",
        "source": {"id": "iom_mmp", "title": "T", "publisher": "P", "terms": "none"},
        "reader": "csv",
        "columns": {"period_start": "t"},
        "place": {"kind": "country", "name": "US"},
        "measures": [{"measure": "deaths", "column": "dead", "unit": "people"}],
        "time": {"format": "%Y-%m-%d", "precision": "month"},
    }
    with pytest.raises(ProfileError, match="source 'iom_mmp' holds events already"):
        ingest_file(settings, path, build_profile("deaths", declared), reader=DirectReader())


def test_what_a_profile_says_of_its_source_is_renewed(own_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    path = write_iom(tmp_path / "a.csv", [iom_row()])
    iom = read_profile("iom_mmp")
    first = ingest_file(settings, path, iom, reader=DirectReader())
    renewed = iom.model_copy(
        update={"source": iom.source.model_copy(update={"terms": "CC BY 5.0"})}
    )
    second = ingest_file(settings, path, renewed, reader=DirectReader())
    assert second.version is not None
    assert first.version is not None
    assert second.version > first.version
    assert ingest_file(settings, path, renewed, reader=DirectReader()).version == second.version


def test_profiles_are_looked_for_where_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_shipped", lambda: tmp_path)
    assert profile_names() == ()
    with pytest.raises(ProfileError, match="does not exist"):
        read_profile("iom_mmp")
