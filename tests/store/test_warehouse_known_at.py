"""Tests of what was known when: COP_HISTORIES of loads against a plain model of them."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.errors import VersionError
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.query.summary import build_summary
from cop.query.view import View
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup import retention
from cop.store.backup.retention import retain
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.warehouse import Warehouse
from tests.support.engine import lending_engines
from tests.support.record import make_frame

pytestmark = pytest.mark.store

HISTORIES = int(os.environ.get("COP_HISTORIES", settings().max_examples // 2))
DAYS = [datetime(2026, 1, 30), datetime(2026, 1, 31), datetime(2026, 2, 1)]
KINDS = ("crossing", "rescue")
Record = tuple[datetime, str, int]


@dataclass
class Model:
    """What the warehouse should hold: each version with when it was seen and its records."""

    versions: dict[int, tuple[datetime, dict[str, Record]]] = field(default_factory=dict)

    @property
    def now(self) -> dict[str, Record]:
        """The records of the newest version."""
        return [*self.versions.values()][-1][1] if self.versions else {}


records = st.tuples(st.sampled_from(DAYS), st.sampled_from(KINDS), st.integers(0, 9))
loads = st.dictionaries(st.sampled_from("abcdef"), records, min_size=1, max_size=4)
steps = st.one_of(loads, loads, loads, st.integers(1, 3))
"""A load of new, equal and corrected records; now and then a retention of so many versions."""


def publish(store: StoreSettings, load: dict[str, Record]) -> int:
    """Merge one load, new, late and corrected records alike, and give the version."""
    occurred, kinds, counts = zip(*load.values(), strict=True)
    # All at one place: where in its load a record comes says nothing of it.
    frame = make_frame(len(load), source_id=[*load], kind=kinds, count=counts, lon=-110.9)
    with open_transaction(store) as transaction:
        merge_events(transaction, "test", [frame.assign(occurred_at=pd.to_datetime([*occurred]))])
        return transaction.commit("load")


def run(store: StoreSettings, history: list[Any]) -> Model:
    """Do what a history says, to the warehouse and to the model."""
    model = Model()
    for step in history:
        if isinstance(step, int):
            if model.versions:
                retain(store, RetentionSettings(keep_versions=step))
                model.versions = dict([*model.versions.items()][-step:])
            continue
        after = {**model.now, **step}
        version = publish(store, step)
        if after != model.now:
            model.versions[version] = (datetime.now(UTC).replace(tzinfo=None), after)
        assert version == [*model.versions][-1]
    return model


def totals(records: dict[str, Record]) -> dict[str, tuple[int, int]]:
    """Number and sum of counts by day and kind, in plain Python."""
    found: dict[str, tuple[int, int]] = {}
    for day, kind, count in records.values():
        for key in (f"{day:%Y-%m-%d}", kind):
            n, total = found.get(key, (0, 0))
            found[key] = (n + 1, total + count)
    return found


def answer(warehouse: Warehouse, **asked: Any) -> dict[str, tuple[int, int]]:
    """The same from the warehouse, as of a version or a moment."""
    snapshot = warehouse.snapshot_at(**asked)
    wanted = snapshot.resolve(Filter())
    return {
        row.key: (row.n, row.counts["people"])
        for by in ("day", "kind")
        for row in build_summary(warehouse, View.of(snapshot, wanted), by).rows
    }


def agree(warehouse: Warehouse, model: Model) -> None:
    """Every version, the moments of its publishing and the one before the next, and none older."""
    kept = [*model.versions.items()]
    for version, (seen_at, held) in kept:
        published_at = warehouse.snapshot_at(version=version).catalogue.published_at
        expected = totals(held)
        assert answer(warehouse, version=version) == expected
        assert answer(warehouse, known_at=published_at) == expected
        assert answer(warehouse, known_at=seen_at) == expected
    for (_, (_, before)), (version, _) in pairwise(kept):
        published_at = warehouse.snapshot_at(version=version).catalogue.published_at
        assert answer(warehouse, known_at=published_at - timedelta(microseconds=1)) == totals(
            before
        )
    first = kept[0][0]
    oldest = warehouse.snapshot_at(version=first).catalogue.published_at
    with pytest.raises(VersionError, match="no version that old is stored"):
        warehouse.snapshot_at(known_at=oldest - timedelta(microseconds=1))
    if first > 1:
        with pytest.raises(VersionError, match=f"version={first - 1} is not stored"):
            warehouse.snapshot_at(version=first - 1)


@pytest.mark.full
@pytest.mark.hypothesis
def test_shown_as_known_at_random_histories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each version and each moment of random histories, against a plain Python model."""
    monkeypatch.setattr(retention, "utc_now", lambda: utc_now() + timedelta(days=1))
    made = 0

    @settings(
        max_examples=HISTORIES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(first=loads, more=st.lists(steps, max_size=4))
    def check(first: dict[str, Record], more: list[Any]) -> None:
        nonlocal made
        made += 1
        store = StoreSettings(data=tmp_path / f"{made}")
        model = run(store, [first, *more])
        warehouse = Warehouse(store)
        agree(warehouse, model)
        warehouse.close()

    with lending_engines(StoreSettings(data=tmp_path / "none")):
        check()
    assert made >= HISTORIES
