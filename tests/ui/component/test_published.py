"""Published series that a region declares: loaded, missing, of sectors and of one place."""

from pathlib import Path

import pandas as pd
import pytest

from cop.ingest.geography import read_region
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import WriteTransaction, open_transaction
from cop.store.dataset.record import merge_records
from cop.store.dataset.schema import STATISTICS
from cop.store.dataset.source import Source, register_source
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.sources

SOURCE = Source(
    id="ohss", title="Encounters by month", publisher="us", terms="none", kind="statistics"
)


def publish(transaction: WriteTransaction, measure: str, kind: str, places: list[str]) -> None:
    starts = pd.date_range("2020-10-01", periods=24, freq="MS").astype("datetime64[us]")
    frame = pd.DataFrame(
        [
            {
                "measure": measure,
                "place_kind": kind,
                "place": place,
                "period_start": start,
                "period": "month",
                "dimensions": None,
                "value": float(1_000 + i),
                "unit": "people",
            }
            for place in places
            for i, start in enumerate(starts)
        ]
    )
    merge_records(transaction, STATISTICS, SOURCE, frame)
    register_source(transaction, SOURCE)


def test_the_region_declares_its_series() -> None:
    (series,) = read_region("sw_border").series
    assert (series.measure, series.place_kind, series.place) == ("encounters", "sector", None)
    (route,) = read_region("hu_rs").series
    assert (route.measure, route.place_kind) == ("detections", "route")
    assert route.place == "Western Balkan Route"


def test_a_series_that_is_not_loaded_is_said(run_page: RunPage, warehouse_dir: Path) -> None:
    page = run_page("Sectors", warehouse_dir, records="synthetic")
    said = [caption.value for caption in page.caption]
    assert "Encounters published: no figures loaded." in said


def test_shown_monthly_encounters_beside_events(run_page: RunPage, own_warehouse: Path) -> None:
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        publish(transaction, "encounters", "sector", ["TCA", "RGV"])
        transaction.commit("encounters")
    page = run_page("Sectors", own_warehouse, **{"from": "2022-01-01", "to": "2022-04-01"})
    assert not page.exception
    said = next(c.value for c in page.caption if c.value.startswith("Encounters published"))
    assert "people" in said
    assert "Encounters by month" in said
    built = "".join(str(element.proto.body) for element in page.get("html"))
    assert f"{sum(1_000 + i for i in (15, 16, 17)):,}" in built
    late = run_page("Sectors", own_warehouse, **{"from": "2026-01-01", "to": "2026-04-01"})
    assert any("the window is later" in caption.value for caption in late.caption)
