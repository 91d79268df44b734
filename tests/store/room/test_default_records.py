"""Tests of the room's choice of records: each stays with who made it, the newest holds."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.errors import AlertError
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.room.default_records import SUBJECT, DefaultChoices, read_default
from tests.store.catalogue.test_default import load

pytestmark = pytest.mark.glance

NOW = datetime(2026, 11, 27, 12)


def test_the_newest_choice_holds_and_an_earlier_moment_has_its_own(either: StoreSettings) -> None:
    clock = [NOW]
    with closing(DefaultChoices(either, now=lambda: clock[0])) as choices:
        assert choices.newest() is None
        first = choices.choose("real", by=" Avery ")
        assert (first.records, first.since, first.by) == ("real", NOW, "Avery")
        clock[0] += timedelta(hours=1)
        second = choices.choose("synthetic", by="Blake")
        assert choices.newest() == second
        assert choices.newest(at=NOW + timedelta(minutes=59)) == first
        assert choices.newest(at=NOW - timedelta(minutes=1)) is None
        with pytest.raises(AlertError, match="name"):
            choices.choose("real", by=" ")
    with closing(DefaultChoices(either)) as again:
        assert again.newest() == second
    steps = [(step.who, step.action, step.detail) for step in list_steps(either, subject=SUBJECT)]
    assert steps == [("Blake", "show", "synthetic"), ("Avery", "show", "real")]


def test_the_default_is_read_without_opening_the_warehouse(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "warehouse")
    load(settings, "synthetic")
    load(settings, "real")
    default, loaded = read_default(settings)
    assert default is not None
    assert (default.records, default.by, loaded) == ("synthetic", None, {"real", "synthetic"})
    with closing(DefaultChoices(settings)) as choices:
        chosen = choices.choose("real", by="Avery")
    assert read_default(settings)[0] == chosen
