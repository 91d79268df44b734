"""Tests of stored briefs and daily ones."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cop.errors import BriefError
from cop.settings import StoreSettings
from cop.store.room.brief import Briefs

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)
DAILY = {"made_for": "SO-1", "time_zone": "UTC", "hour": 6, "minute": 0, "added_by": "Ana"}


@pytest.fixture
def briefs(either: StoreSettings) -> Iterator[Briefs]:
    with closing(Briefs(either, now=lambda: NOW)) as opened:
        yield opened


def note(briefs: Briefs, hours: int, place: str = "county=Pima", made_for: str = "SO-1") -> str:
    return briefs.note(
        place=place, made_for=made_for, title="Brief", made_at=NOW + timedelta(hours=hours),
        version=3, marking="TLP:GREEN", made_by="Ana", highest="TLP:AMBER", pdf="a" * 64,
        html="b" * 64,
    ).id  # fmt: skip


def test_the_last_one_is_of_the_place_and_the_agency(briefs: Briefs) -> None:
    assert briefs.last("county=Pima", "SO-1") is None
    first, newest = note(briefs, 1), note(briefs, 2)
    note(briefs, 3, made_for="DPS")
    note(briefs, 4, place="county=Cochise")
    found = briefs.last("county=Pima", "SO-1")
    assert found is not None
    assert (found.id, found.pdf) == (newest, "a" * 64)
    assert [made.id for made in briefs.list(place="county=Pima", made_for="SO-1")] == [
        newest,
        first,
    ]
    assert len(briefs.list()) == 4
    assert len(briefs.list(most=1)) == 1


def test_a_daily_brief_is_added_once_and_removed(briefs: Briefs) -> None:
    added = briefs.schedule(place="county=Pima", **DAILY)
    assert (added.added_at, added.made_until) == (NOW, None)
    with pytest.raises(BriefError, match="is made for SO-1 every day already"):
        briefs.schedule(place="county=Pima", **DAILY)
    briefs.schedule(place="county=Cochise", **DAILY)
    briefs.note_made(added.id, NOW)
    made = {one.place: one.made_until for one in briefs.schedules()}
    assert made == {"county=Pima": NOW, "county=Cochise": None}
    briefs.unschedule(added.id)
    assert [one.place for one in briefs.schedules()] == ["county=Cochise"]
    with pytest.raises(BriefError, match="no daily brief"):
        briefs.unschedule(added.id)
