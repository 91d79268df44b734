"""Tests of staged events against a model of merging in plain Python."""

import hashlib
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.event_merge import MergeCounts, merge_stage
from cop.store.dataset.event_stage import POSITION, ROWS, open_stage, stage_frame
from cop.store.engine import fetch
from tests.support.record import make_frame
from tests.support.store import files_below

pytestmark = pytest.mark.house

Content = tuple[int, int]
Row = tuple[str | None, Content, bool]
"""An id or none, a count and a day, and whether another check has refused the row."""

ROW = st.tuples(
    st.sampled_from([None, None, "a", "b", "c", "d"]),
    st.tuples(st.integers(1, 2), st.sampled_from([0, 40])),
    st.sampled_from([False, False, False, True]),
)
LOADS = st.lists(st.lists(ROW, min_size=1, max_size=8), min_size=1, max_size=3)


class Model:
    """What is published, by identity."""

    def __init__(self) -> None:
        self.published: dict[Any, Content] = {}

    def load(self, rows: list[Row]) -> tuple[Counter[str], list[int]]:
        """Take the rows of one load one after another."""
        first: dict[str, Content] = {}
        taken: set[str] = set()
        nameless: Counter[Content] = Counter()
        counts: Counter[str] = Counter()
        refused = []
        for position, (name, content, is_bad) in enumerate(rows):
            key: Any = name
            if name is not None:
                is_other = first.setdefault(name, content) != content
                if is_other and not is_bad:
                    refused.append(position)
            if is_bad or (name is not None and is_other):
                continue
            if name is None:
                nameless[content] += 1
                key = content, nameless[content]
            if key in taken or self.published.get(key) == content:
                counts["duplicate"] += 1
            else:
                counts["superseded" if key in self.published else "accepted"] += 1
            taken.add(key)
            self.published[key] = content
        return counts, refused


def frame_of(rows: list[Row], numbers: list[int], source: str) -> pd.DataFrame:
    chosen = [rows[number] for number in numbers]
    start = pd.Timestamp("2026-01-01").as_unit("us")
    frame = make_frame(
        len(chosen),
        source=source,
        source_id=[name for name, _, _ in chosen],
        count=[count for _, (count, _), _ in chosen],
        occurred_at=[start + pd.Timedelta(days=day) for _, (_, day), _ in chosen],
    )
    return frame.assign(lon=-110.9, **{POSITION: numbers})


def load(
    transaction: WriteTransaction, source: str, rows: list[Row], batch: int
) -> tuple[Counter[str], list[int]]:
    """Stage the rows in batches and merge them."""
    with open_stage(transaction.cursor, transaction.folder, source) as stage:
        for first in range(0, len(rows), batch):
            part = range(first, min(first + batch, len(rows)))
            good = [number for number in part if not rows[number][2]]
            bad = [number for number in part if rows[number][2]]
            stage.add(pa.table(frame_of(rows, good, source)))
            stage.add_claims(pa.table(frame_of(rows, bad, source)))
        merged = merge_stage(transaction, stage, refusing=True)
    counts = Counter({n: c for n, c in vars(merged.counts).items() if c})
    return counts, list(merged.refused)


def published(transaction: WriteTransaction, source: str) -> list[tuple[str | None, int, int]]:
    if not transaction.months:
        return []
    return fetch(
        transaction.cursor,
        "SELECT source_id, count, date_diff('day', DATE '2026-01-01', occurred_at) "
        "FROM read_parquet($files) WHERE source = $source ORDER BY ALL",
        {"files": transaction.event_files(), "source": source},
    )


def test_staged_loads_do_what_the_model_does(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    with open_transaction(StoreSettings(data=folder)) as transaction:
        examples = 0

        @hypothesis_settings(
            max_examples=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(loads=LOADS, batch=st.integers(1, 8))
        def check(loads: list[list[Row]], batch: int) -> None:
            nonlocal examples
            examples += 1
            source, model = f"s{examples}", Model()
            for rows in loads:
                assert load(transaction, source, rows, batch) == model.load(rows)
            expected = [
                (None if isinstance(key, tuple) else key, *content)
                for key, content in model.published.items()
            ]
            assert Counter(published(transaction, source)) == Counter(expected)

        check()


def test_rows_come_back_by_month_typed_and_identified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.store.dataset.event_stage._ROWS_BYTES", 1)
    days = [pd.Timestamp("2026-02-03"), pd.Timestamp("2026-01-02"), pd.Timestamp("2026-02-01")]
    frame = make_frame(3, occurred_at=days, source_id=["a", None, "c"], count=[1, 2, 3])
    with closing(duckdb.connect()) as cursor, open_stage(cursor, tmp_path, "test") as stage:
        stage.add(stage_frame(frame, 0))
        stage.add(stage_frame(frame.iloc[:1], 3), number=1)
        assert (stage.n, stage.rows.keys()) == (4, ["2026-01", "2026-02"])
        table = pa.table(stage.view_month("2026-02"))
        assert table.schema == ROWS
        assert table["position"].to_pylist() == [0, 2, 3]
        assert table["count"].to_pylist() == [1, 3, 1]
        separated = b"test\x1fid\x1fa"
        assert (
            table["event_id"][0].as_py()
            == hashlib.md5(separated, usedforsecurity=False).hexdigest()
        )
        ids = pa.table(stage.view_ids()).to_pylist()
        assert [row["number"] for row in ids] == [0, 0, 0, 1]
        assert [row["content"] is None for row in ids] == [True, False, True, True]
        assert len(pa.table(stage.view_month("2026-03"))) == 0
        assert list(tmp_path.iterdir()) == []


def test_a_refused_row_is_a_claim_without_a_month(tmp_path: Path) -> None:
    frame = make_frame(2, source_id=["a", None])
    with closing(duckdb.connect()) as cursor, open_stage(cursor, tmp_path, "test") as stage:
        stage.add_claims(stage_frame(frame, 7))
        (claim,) = pa.table(stage.view_ids()).to_pylist()
        assert (claim["position"], claim["month"], stage.n, stage.rows.keys()) == (7, None, 0, [])


def test_a_stage_without_rows_merges_nothing(tmp_path: Path) -> None:
    settings = StoreSettings(data=tmp_path / "stage")
    with (
        open_transaction(settings) as transaction,
        open_stage(transaction.cursor, settings.data, "test") as stage,
    ):
        assert merge_stage(transaction, stage).counts == MergeCounts()
    assert files_below(settings.data) == set()
