"""Tests of merging records: the new is added, the same counted, a correction replaces."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from cop.errors import StoreError
from cop.model.source import ROW
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import MergeCounts
from cop.store.dataset.record import merge_records, record_hash_sql, withdraw_records
from cop.store.dataset.schema import RECORD_DATASETS
from cop.store.dataset.source import Source
from cop.store.engine import fetch
from cop.store.warehouse import Warehouse
from tests.support.published import published_files

pytestmark = pytest.mark.sources

KEY = ("measure", "place_kind", "place", "period_start", "period", "dimensions")


def source(name: str = "one", marking: str = "TLP:CLEAR") -> Source:
    return Source(id=name, title="T", publisher="P", terms="none", marking=marking)


def figures(*values: float, **columns: object) -> pd.DataFrame:
    """One figure a month."""
    start = pd.date_range("2020-01-01", periods=len(values), freq="MS")
    frame = pd.DataFrame({"period_start": start, "value": values})
    return frame.assign(
        measure="encounters", place_kind="sector", place="TCA", period="month", unit="people"
    ).assign(**columns)


def merge(
    settings: StoreSettings, frame: pd.DataFrame, by: Source | None = None
) -> tuple[MergeCounts, int]:
    with open_transaction(settings) as transaction:
        counts = merge_records(transaction, "statistics", by or source(), frame, key=KEY)
        return counts, transaction.commit("statistics")


def held(settings: StoreSettings) -> pd.DataFrame:
    (path,) = published_files(settings.data, "statistics")
    return pd.read_parquet(path)


def test_records_carry_who_and_when(settings: StoreSettings) -> None:
    merge(settings, figures(1, 2), source(marking="TLP:AMBER"))
    table = held(settings)
    assert list(table) == list(RECORD_DATASETS["statistics"])
    assert table["source"].unique().tolist() == ["one"]
    assert table["marking"].unique().tolist() == ["TLP:AMBER"]
    assert table["synthetic"].tolist() == [False, False]
    assert table["record_id"].str.fullmatch("[0-9a-f]{32}").all()
    assert table["ingested_at"].notna().all()
    assert table["dimensions"].isna().all()


def test_the_same_again_makes_no_version(settings: StoreSettings) -> None:
    first = merge(settings, figures(1, 2, 3))
    second = merge(settings, figures(1, 2, 3))
    assert first == (MergeCounts(accepted=3), 1)
    assert second == (MergeCounts(duplicate=3), 1)


def test_a_correction_replaces_and_earlier_versions_keep_it(settings: StoreSettings) -> None:
    merge(settings, figures(1, 2, 3))
    (before,) = published_files(settings.data, "statistics")
    counts, version = merge(settings, figures(1, 9, 3, 4))
    assert counts == MergeCounts(accepted=1, duplicate=2, superseded=1)
    assert version == 2
    table = held(settings)
    assert table["value"].tolist() == [1, 9, 3, 4]
    assert table["record_id"].is_unique
    assert pd.read_parquet(before)["value"].tolist() == [1, 2, 3]


def test_sources_do_not_meet(settings: StoreSettings) -> None:
    merge(settings, figures(1))
    counts, _ = merge(settings, figures(7), source("two"))
    assert counts == MergeCounts(accepted=1)
    assert sorted(held(settings)["value"]) == [1, 7]
    with open_transaction(settings) as transaction:
        withdraw_records(transaction, "statistics", "one")
        transaction.commit("withdrawn")
    assert held(settings)["source"].tolist() == ["two"]


def test_counts_are_of_rows_of_the_file(settings: StoreSettings) -> None:
    rows = pd.concat(
        [
            figures(1, 2, 3).assign(**{ROW: [2, 3, 4]}),
            figures(5, 6, 7, measure="seizures", unit="events").assign(**{ROW: [2, 3, 4]}),
        ]
    )
    assert merge(settings, rows)[0] == MergeCounts(accepted=3)
    rows.loc[rows["value"] == 6, "value"] = 60
    more = pd.concat([rows, figures(0, 0, 0, 8).iloc[3:].assign(**{ROW: 5})])
    assert merge(settings, more)[0] == MergeCounts(accepted=1, duplicate=2, superseded=1)
    assert len(held(settings)) == 7


def test_of_one_key_in_a_frame_the_first_counts(settings: StoreSettings) -> None:
    twice = pd.concat([figures(1), figures(2)])
    assert merge(settings, twice)[0] == MergeCounts(accepted=1, duplicate=1)
    assert held(settings)["value"].tolist() == [1]


def test_without_a_key_equal_records_are_all_kept(settings: StoreSettings) -> None:
    line, other = shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(0, 0), (2, 2)])
    frame = gpd.GeoDataFrame(
        {"line_type": "barrier", "kind": "vehicle"}, index=range(3), geometry=[line, line, other],
        crs="EPSG:4326",
    )  # fmt: skip
    for expected in (MergeCounts(accepted=3), MergeCounts(duplicate=3)):
        with open_transaction(settings) as transaction:
            assert merge_records(transaction, "lines", source(), frame) == expected
            transaction.commit("lines")
    (path,) = published_files(settings.data, "lines")
    table = gpd.read_parquet(path)
    assert table["record_id"].is_unique
    assert table["content_hash"].nunique() == 2
    assert table.crs.to_epsg() == 4326
    assert sorted(shapely.length(table.geometry.array).round(2)) == [1.41, 1.41, 2.83]


def test_nothing_changes_nothing(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        assert merge_records(transaction, "statistics", source(), figures()) == MergeCounts()
        assert not transaction.has("statistics")


def test_what_is_no_record_is_named(settings: StoreSettings) -> None:
    with open_transaction(settings) as transaction:
        with pytest.raises(StoreError, match="'events' has no records"):
            merge_records(transaction, "events", source(), figures(1))
        with pytest.raises(StoreError, match="no column color"):
            merge_records(transaction, "statistics", source(), figures(1, color="red"))


def test_hostile_texts_are_only_texts(settings: StoreSettings) -> None:
    bad = "'; DROP TABLE staged; --\x1f"
    merge(settings, figures(1, place=bad))
    assert held(settings)["place"].tolist() == [bad]
    warehouse = Warehouse(settings)
    warehouse.close()


@pytest.mark.access
@pytest.mark.parametrize("key", [(), KEY], ids=["by content", "by key"])
def test_a_marking_is_raised_and_never_lowered(
    settings: StoreSettings, key: tuple[str, ...]
) -> None:
    def publish(*markings: str) -> MergeCounts:
        with open_transaction(settings) as transaction:
            frame = figures(1, 2, marking=markings)
            counts = merge_records(transaction, "statistics", source(), frame, key=key)
            transaction.commit("statistics")
        return counts

    def stored() -> list[str]:
        return sorted(held(settings)["marking"])

    publish("TLP:GREEN", "TLP:GREEN//REL TO DPS")
    assert publish("TLP:RED", "TLP:GREEN//REL TO DPS") == MergeCounts(duplicate=1, superseded=1)
    assert publish("TLP:GREEN", "TLP:CLEAR") == MergeCounts(duplicate=2)
    assert stored() == ["TLP:GREEN//REL TO DPS", "TLP:RED"]
    raised = publish("TLP:AMBER//REL TO DPS", "TLP:AMBER")
    assert raised == MergeCounts(superseded=2)
    assert stored() == ["TLP:AMBER//REL TO DPS", "TLP:RED//REL TO DPS"]
    with open_transaction(settings) as transaction:
        sql = f"SELECT bool_and(content_hash = {record_hash_sql('statistics')})"
        path = transaction.intact("statistics")
        rows = fetch(transaction.cursor, f"{sql} FROM read_parquet($path)", {"path": path})
    assert rows == [(True,)]


@pytest.mark.access
def test_a_correction_of_a_record_that_was_raised_stays_as_high(settings: StoreSettings) -> None:
    merge(settings, figures(1, 2, marking="TLP:RED"))
    assert merge(settings, figures(1, 5, marking="TLP:GREEN"))[0] == MergeCounts(
        duplicate=1, superseded=1
    )
    assert held(settings).sort_values("value")[["value", "marking"]].to_numpy().tolist() == [
        [1.0, "TLP:RED"],
        [5.0, "TLP:RED"],
    ]
    assert merge(settings, figures(1, 5, marking="TLP:GREEN"))[0] == MergeCounts(duplicate=2)
