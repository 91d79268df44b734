"""Tests of the clock of a publish: versions are dated in their order, a doubtful date is asked."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import ClockError
from cop.model.moment import utc_instant
from cop.settings import StoreSettings
from cop.store.catalogue import transaction as module
from cop.store.catalogue.clock import PublishClock, order_moments
from cop.store.catalogue.history import read_history
from cop.store.catalogue.lake import attach, read_versions, version_at
from cop.store.catalogue.listing import read_catalogue
from cop.store.catalogue.transaction import open_transaction
from cop.store.engine import open_engine
from cop.store.integrity.doctor import examine
from cop.store.warehouse import Warehouse
from tests.support.store import date_versions, files_below, publish_table

pytestmark = [pytest.mark.trust, pytest.mark.store]

NOW = datetime(2026, 11, 28, 16, 30)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))


@given(st.lists(moments, max_size=20))
def test_ordered_moments_never_decrease(given_moments: list[datetime]) -> None:
    versions = dict(enumerate(given_moments, start=1))
    ordered = order_moments(versions)
    assert [*ordered] == [*versions]
    found = [*ordered.values()]
    assert found == sorted(found)
    # A version is never dated before it was published by its own clock.
    assert all(ordered[number] >= at for number, at in versions.items())


@given(before=moments, now=moments, most=st.integers(0, 5_000), accepted=st.booleans())
def test_a_publish_is_refused_before_the_last_one_or_far_after(
    before: datetime, now: datetime, most: int, accepted: bool
) -> None:
    clock = PublishClock(most_days=most, is_accepted=accepted)
    ahead, late = before - now, now - before
    doubtful = ahead > timedelta(seconds=1) or (most > 0 and late > timedelta(days=most))
    fault = clock.find_fault(before, now)
    assert (fault is not None) == doubtful
    if doubtful and not accepted:
        with pytest.raises(ClockError, match="COP_ACCEPT_CLOCK"):
            clock.check(before, now, folder=Path("x"))
    else:
        clock.check(before, now, folder=Path("x"))


@pytest.mark.parametrize(("days", "words"), [(400, "before"), (-400, "after")])
def test_a_load_at_a_doubtful_time_is_refused_until_it_is_confirmed(
    settings: StoreSettings, days: int, words: str
) -> None:
    first = publish_table(settings, 1)
    date_versions(settings.data, {first: utc_instant() + timedelta(days=days)})
    files = files_below(settings.data)
    with pytest.raises(ClockError, match=words) as refused:
        publish_table(settings, 2)
    assert "COP_ACCEPT_CLOCK" in str(refused.value)
    assert files_below(settings.data) == files
    (finding,) = examine(settings).findings
    assert finding.check == "clock"
    assert words in finding.fault
    second = publish_table(settings.model_copy(update={"accept_clock": True}), 2)
    assert second > first


def test_a_clock_that_is_turned_back_during_a_load_is_seen(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_table(settings, 1)
    with pytest.raises(ClockError), open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [2]}))
        monkeypatch.setattr(module, "utc_instant", lambda: utc_instant() - timedelta(days=2))
        transaction.commit("thing 2")


def test_known_at_is_monotonic_whatever_the_clocks_were(settings: StoreSettings) -> None:
    """A version that a clock dated before an earlier one is known only when that one is."""
    versions = [publish_table(settings, value) for value in range(4)]
    ago = [40, 10, 30, 5]
    dates = [utc_instant().replace(microsecond=0) - timedelta(days=days) for days in ago]
    date_versions(settings.data, dict(zip(versions, dates, strict=True)))
    cursor = open_engine(settings)
    attach(cursor, settings.data.resolve(), read_only=True)
    try:
        stated = read_versions(cursor)
        assert [stated[v] for v in versions] == [dates[0], dates[1], dates[1], dates[3]]
        assert version_at(cursor, dates[2]) == versions[0]
        assert version_at(cursor, dates[1]) == versions[2]
        one = read_catalogue(cursor, settings.data.resolve(), version=versions[2])
        assert one.published_at == dates[1]
        noted = {note.version: note.published_at for note in read_history(cursor)}
        assert noted == {v: stated[v] for v in versions}
    finally:
        cursor.close()
    warehouse = Warehouse(settings)
    assert warehouse.snapshot_at(known_at=dates[2]).version == versions[0]
    warehouse.close()
