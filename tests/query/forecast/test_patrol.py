"""Tests of hours on patrol: read by place and day, the last ones taken to go on."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.query.forecast.patrol import Patrols, read_patrols
from cop.query.segment import read_segments
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.query.forecast.test_risk import START, load, told

pytestmark = pytest.mark.forecast


def write_hours(folder: Path, hours: dict[str, dict[int, float]], *, days: int) -> Path:
    """Hours on patrol by sector and day; a sector's last figure before a day holds on it."""
    lines = ["date,sector,hours"]
    for sector, told_from in hours.items():
        for day in range(days):
            held = told_from[max(first for first in told_from if first <= day)]
            lines.append(f"{START + timedelta(days=day):%Y-%m-%d},{sector},{held:g}")
    path = folder / "patrols.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_hours_of_a_time_that_is_not_over_are_not_used(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    load(tmp_path / "told", told().iloc[:10], bare_warehouse)
    settings = StoreSettings(data=tmp_path / "told" / "warehouse")
    file = write_hours(tmp_path, {"TCA": {0: 310.0, 10: 620.0}}, days=20)
    ingest_file(settings, file, read_profile("patrols_csv"), reader=DirectReader())
    service = QueryService(Warehouse(settings), tile_cache_mb=8)
    segments = read_segments(service.warehouse.snapshot)
    length = segments.loc[segments["sector"] == "TCA", "length_km"].sum()

    def rates(days: int, *, synthetic: bool = False) -> Patrols | None:
        return read_patrols(
            service.warehouse,
            service.warehouse.snapshot,
            segments,
            sectors=segments["sector"],
            segment_ids=segments["segment_id"],
            start=START - timedelta(days=5),
            end=START + timedelta(days=days),
            periods=days + 5,
            synthetic=synthetic,
        )

    first, whole = rates(8), rates(30)
    assert first is not None
    assert whole is not None
    assert rates(8, synthetic=True) is None
    here = whole.rates[(segments["sector"] == "TCA").to_numpy()][0] * length
    assert np.isnan(here[:5]).all()
    assert here[5:] == pytest.approx([310.0] * 10 + [620.0] * 20)
    assert np.nanmax(first.rates) * length == pytest.approx(310.0)
    assert np.isnan(first.rates[(segments["sector"] == "EPT").to_numpy()]).all()


def test_the_usual_rate_is_of_the_places_that_are_seen_and_told() -> None:
    rates = np.array([[1.0, 3.0], [np.nan, 5.0], [9.0, 9.0], [np.nan, np.nan]])
    patrols = Patrols(rates=rates, exact=np.zeros(4, bool), sources=("hours",))
    assert patrols.usual(np.array([True, True, False, False])) == 3.0
    assert patrols.usual(np.array([False, False, False, True])) == 0.0
    assert patrols.usual(np.zeros(4, bool)) == 0.0
