"""Tests of the outlook by month: which places are forecast, and why others are not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cop.ingest.geography import read_region
from cop.model.filter import Filter
from cop.query.month import HORIZONS, LEAST_MONTHS, build_month_outlook, read_month_outlook
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.warehouse import Warehouse
from cop.ui.component.published import build_statistic
from tests.support.month import SECTORS, as_series, build_history, publish_history

pytestmark = pytest.mark.forecast

EMPTY = pd.DataFrame(columns=["place", "period_start", "value", "period", "source"])


def test_nothing_loaded_and_a_short_history_say_so() -> None:
    none = build_month_outlook(EMPTY)
    assert none.reason == "no monthly figures are known"
    assert none.newest is None
    short = build_month_outlook(as_series(build_history("2026-10", months=30)))
    assert short.reason is not None
    assert f"30 months without a gap, {LEAST_MONTHS} are needed" in short.reason
    assert set(short.left_out) == set(SECTORS)
    assert short.table.empty
    assert short.outlook.empty


def test_places_with_a_gap_or_an_early_end_are_left_out_and_the_rest_is_forecast() -> None:
    history = build_history("2026-10", months=LEAST_MONTHS)
    history.loc["2026-03", "BBT"] = np.nan
    history.loc["2026-09":, "YUM"] = np.nan
    held = build_month_outlook(as_series(history).dropna(subset="value"))
    assert held.reason is None
    assert held.left_out == {
        "BBT": f"7 months without a gap, {LEAST_MONTHS} are needed",
        "YUM": "its figures end AUG 26",
    }
    assert set(held.outlook["place"]) == set(SECTORS) - {"BBT", "YUM"}
    assert set(held.outlook["horizon"]) == set(HORIZONS)
    assert held.outlook["month"].max() == "2027-04"


def test_what_was_published_is_forecast_once_and_synthetic_stays_apart(
    own_warehouse: Path,
) -> None:
    history = build_history("2026-10", months=LEAST_MONTHS)
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        publish_history(transaction, history)
        transaction.commit("made-up encounters")
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    service = QueryService(warehouse, tile_cache_mb=8)
    statistic = build_statistic(read_region("sw_border").series[0])
    held = read_month_outlook(service, service.view(Filter(records="synthetic")), statistic)
    again = read_month_outlook(
        service, service.view(Filter(records="synthetic", sectors=("TCA",))), statistic
    )
    real = read_month_outlook(service, service.view(Filter(records="real")), statistic)
    warehouse.close()
    assert held.synthetic
    assert held.sources == ("made_up",)
    assert held.counts["TCA"].tolist() == history["TCA"].tolist()
    assert again is held
    assert real.reason == "no monthly figures are known"
