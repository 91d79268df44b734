"""Merging status reports: what is stored follows from the reports, not from how they came."""

from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.report import merge_reports, report_files
from cop.store.dataset.schema import REPORT_COLUMNS
from cop.store.dataset.source import Source
from tests.support.published import published_files
from tests.support.report import Row, make_reports, make_status_source, table_of

pytestmark = [pytest.mark.coverage, pytest.mark.usefixtures("lent")]

ONE, TWO = make_status_source("one"), make_status_source("two", synthetic=True)
MOMENTS = [
    datetime(2025, 12, 31, 23, 59, 59, 999_999),
    datetime(2026, 1, 1),
    datetime(2026, 1, 31, 12),
    datetime(2026, 2, 1),
]
KEYS = st.tuples(st.sampled_from(["S-1", "S-2", "s'3"]), st.sampled_from(MOMENTS))
STATES = st.sampled_from(["up", "down", None])
CAUSES = st.sampled_from(["power", None])
PLACES = st.sampled_from(
    [(None, None, None), (-110.5, 31.5, None), (-110.5, 31.6, None), (-110.5, 31.6, 9.0)]
)
CONTENT = (
    st.tuples(STATES, CAUSES, PLACES)
    .filter(lambda given: given[0] is not None or given[2][0] is not None)
    .map(lambda given: (given[0], given[1], *given[2]))
)
ROWS = st.tuples(KEYS, CONTENT).map(lambda given: (*given[0], *given[1]))
LOADS = st.lists(st.tuples(st.sampled_from([ONE, TWO]), st.lists(ROWS, max_size=7)), max_size=4)

Load = tuple[Source, list[Row]]


def merge(folder: Path, *loads: Load) -> list[MergeCounts]:
    """Merge each load as a version of its own."""
    found = []
    for source, rows in loads:
        with open_transaction(StoreSettings(data=folder)) as transaction:
            found.append(merge_reports(transaction, source, make_reports(*rows)))
            transaction.commit("reports")
    return found


def held(folder: Path) -> list[tuple[object, ...]]:
    """All stored reports, blanks as None, and that each lies in the dataset of its month."""
    with open_transaction(StoreSettings(data=folder)) as transaction:
        files = report_files(transaction)
    rows = []
    for file in files:
        part = pd.read_parquet(file)
        assert list(part) == list(REPORT_COLUMNS)
        (month,) = part["at"].dt.strftime("sensor_reports_%Y_%m").unique()
        assert Path(file) in published_files(folder, month)
        order = part[["sensor_id", "at", "source"]].apply(tuple, axis=1).tolist()
        assert order == sorted(order)
        rows += part.astype(object).where(part.notna(), None).apply(tuple, axis=1).tolist()
    return sorted(rows, key=repr)


def expect(loads: list[Load]) -> tuple[list[tuple[object, ...]], list[MergeCounts]]:
    """What a dictionary of keys says: the first row of a load counts, the last load wins."""
    stored: dict[tuple[object, ...], Row] = {}
    counts = []
    for source, rows in loads:
        firsts: dict[tuple[object, ...], Row] = {}
        for row in rows:
            firsts.setdefault((source.id, source.synthetic, *row[:2]), row)
        became = Counter(
            "accepted" if stored.get(key) is None
            else "duplicate" if stored[key] == row else "superseded"
            for key, row in firsts.items()
        )  # fmt: skip
        became["duplicate"] += len(rows) - len(firsts)
        counts.append(MergeCounts(**became))
        stored |= firsts
    held = [(*key[:3], pd.Timestamp(row[1]), *row[2:]) for key, row in stored.items()]
    return sorted(held, key=repr), counts


@hypothesis_settings(max_examples=15)
@given(loads=LOADS)
def test_the_last_load_of_a_report_wins_and_every_row_is_counted(loads: list[Load]) -> None:
    with TemporaryDirectory() as folder:
        found = merge(Path(folder), *loads)
        stored, counts = expect(loads)
        assert found == counts
        for (_, rows), count in zip(loads, found, strict=True):
            assert count.accepted + count.duplicate + count.superseded == len(rows)
        assert held(Path(folder)) == stored


@hypothesis_settings(max_examples=15)
@given(rows=st.lists(ROWS, unique_by=lambda row: row[:2], min_size=1, max_size=10), data=st.data())
def test_neither_order_nor_the_split_into_files_matters(
    rows: list[Row], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=3)) | {0, len(rows)})
    loads = [(ONE, shuffled[a:b]) for a, b in pairwise(cuts)]
    with TemporaryDirectory() as folder:
        counts = merge(Path(folder), *loads)
        assert sum(count.accepted for count in counts) == len(rows)
        assert held(Path(folder)) == expect([(ONE, rows)])[0]


def test_a_report_rewrites_its_own_month_alone(settings: StoreSettings) -> None:
    folder = settings.data
    merge(folder, (ONE, [("S-1", at, "up", None, None, None, None) for at in MOMENTS]))
    months = [f"sensor_reports_{month}" for month in ("2025_12", "2026_01", "2026_02")]
    before = [published_files(folder, month) for month in months]
    assert [len(files) for files in before] == [1, 1, 1]
    merge(folder, (ONE, [("S-1", MOMENTS[1], "down", "power", None, None, None)]))
    after = [published_files(folder, month) for month in months]
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]
    assert table_of(folder, months[1])["state"].tolist() == ["down", "up"]
    assert pd.read_parquet(before[1][0])["state"].tolist() == ["up", "up"]


@pytest.mark.parametrize(
    "content",
    [
        ("down", "power", -110.5, 31.5, 9.0),
        ("up", None, -110.5, 31.5, 9.0),
        ("up", "power", -110.6, 31.5, 9.0),
        ("up", "power", -110.5, 31.6, 9.0),
        ("up", "power", -110.5, 31.5, 9.5),
        ("up", "power", -110.5, 31.5, None),
        ("up", "power", None, None, None),
    ],
)
def test_a_change_of_any_part_is_a_correction(
    settings: StoreSettings,
    content: tuple[str, str | None, float | None, float | None, float | None],
) -> None:
    before: Row = ("S-1", MOMENTS[0], "up", "power", -110.5, 31.5, 9.0)
    after: Row = ("S-1", MOMENTS[0], *content)
    assert merge(settings.data, (ONE, [before]), (ONE, [after]), (TWO, [after])) == [
        MergeCounts(accepted=1),
        MergeCounts(superseded=1),
        MergeCounts(accepted=1),
    ]
    assert [row[4:] for row in held(settings.data)] == [content, content]


def test_the_same_again_writes_nothing(settings: StoreSettings) -> None:
    rows: list[Row] = [("S-1", MOMENTS[0], None, None, -110.5, 31.5, None)]
    merge(settings.data, (ONE, rows))
    before = published_files(settings.data, "sensor_reports_2025_12")
    assert merge(settings.data, (ONE, rows)) == [MergeCounts(duplicate=1)]
    assert published_files(settings.data, "sensor_reports_2025_12") == before
