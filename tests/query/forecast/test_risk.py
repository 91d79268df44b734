"""Tests of forecasts from the store: nothing that was not known at their origin changes them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from cop.errors import FilterError
from cop.ingest.profile.file import read_profile
from cop.ingest.reader import DirectReader
from cop.ingest.sink.registry import ingest_file
from cop.layerkind.service.layer_list import read_layer
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.figure import SegmentFigures, read_figures
from cop.query.forecast.incomplete import read_incomplete
from cop.query.forecast.risk import forecast_origin
from cop.query.forecast.surface import read_surface
from cop.query.forecast.track import title_layer
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.query.text import describe_forecast, format_figure
from cop.settings import StoreSettings
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.forecast

START, DAYS, ORIGIN = datetime(2025, 1, 6), 182, 140
WANTED = Filter(window=TimeWindow(end=START + timedelta(days=ORIGIN)), records="real")


def told() -> pd.DataFrame:
    """Reports of two places on the line that take up to nine days."""
    draw = np.random.default_rng(8)
    n = 1_500
    day = np.sort(draw.integers(0, DAYS, n))
    place = draw.random(n) < 0.6
    return pd.DataFrame(
        {
            "source_id": [f"r{i}" for i in range(n)],
            "day": day,
            "known": day + draw.integers(0, 10, n),
            "lon": (np.where(place, -110.94, -106.49) + draw.normal(0, 0.05, n)).round(5),
            "lat": np.where(place, 31.33, 31.76),
        }
    )


def load(folder: Path, frame: pd.DataFrame, bare: Path) -> QueryService:
    base = {
        "kind": "crossing", "count": 1, "unit": "people", "uncertainty_m": 50,
        "detection": "patrol", "confidence": "high",
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        {
            **base,
            "source_id": row.source_id,
            "lon": row.lon,
            "lat": row.lat,
            "occurred_at": f"{START + timedelta(days=row.day):%Y-%m-%d}T10:00:00Z",
            "reported_at": f"{START + timedelta(days=row.known):%Y-%m-%d}T12:00:00Z",
        }
        for row in frame.itertuples()
    ]
    folder.mkdir()
    file = folder / "reports.json"
    file.write_text(json.dumps(rows), encoding="utf-8")
    settings = StoreSettings(data=copy_warehouse(bare, folder / "warehouse"))
    ingest_file(settings, file, read_profile("reports_json"), reader=DirectReader())
    return QueryService(Warehouse(settings), tile_cache_mb=8)


def at_origin(service: QueryService) -> SegmentFigures:
    figures = read_figures(service, service.view(WANTED))
    assert figures is not None
    assert figures.risk.origin == WANTED.window.end
    return figures


def test_nothing_leaks_into_the_forecasts_of_the_picture(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    base = told()
    unknown = base["known"] >= ORIGIN
    moved = base.copy()
    moved.loc[unknown, "lon"] = np.where(base.loc[unknown, "lon"] < -108, -106.6, -111.1)
    moved.loc[unknown, "lat"] = np.where(base.loc[unknown, "lon"] < -108, 31.78, 31.35)
    later = base.assign(known=base["known"].where(~unknown, base["known"] + 4))
    # An old event that nobody knew of yet: the history is no longer for it.
    old = base.iloc[:1].assign(source_id="old", day=-200, known=ORIGIN + 3)
    later = pd.concat([later, old])
    first = load(tmp_path / "base", base, bare_warehouse)
    figures, surface = at_origin(first), read_surface(first, first.view(WANTED))
    assert surface is not None
    assert surface.reason is None
    columns = ["risk", "risk_low", "risk_high", "risk_change"]
    for name, frame in (("moved", moved), ("later", later)):
        service = load(tmp_path / name, frame, bare_warehouse)
        other, cells = at_origin(service), read_surface(service, service.view(WANTED))
        assert cells is not None
        assert cells.forecast.expected.tobytes() == surface.forecast.expected.tobytes()
        assert cells.forecast.upper.tobytes() == surface.forecast.upper.tobytes()
        assert (cells.observed == surface.observed).all()
        assert not cells.with_effort
        pd.testing.assert_frame_equal(
            figures.table[columns], other.table[columns], check_exact=True
        )
    assert figures.risk.with_effort is False
    layer = title_layer(read_layer(first, first.view(), "risk"), figures)
    assert layer.title == "Expected detections"
    text = describe_forecast(first, first.view(WANTED))
    assert text is not None
    said = text.line
    assert said.startswith("Past forecast 26 MAY \N{EN DASH} 01 JUN 25: last ")
    assert "% of events in the top 5% of segments" in said
    # About one segment in a hundred was ever recorded: the rest is unknown, not quiet.
    assert figures.table["risk"].isna().mean() > 0.9
    assert figures.expected is not None
    assert figures.expected[0] == pytest.approx(1_500 / DAYS * 7, rel=0.2)
    # The same events by cell as by segment; around them nobody is known to have looked.
    assert surface.forecast.total[0] == pytest.approx(figures.expected[0], rel=0.1)
    assert 10 < surface.observed.sum() < 80


def test_days_whose_reports_are_still_coming_are_named(
    bare_warehouse: Path, tmp_path: Path
) -> None:
    frame = told()
    service = load(tmp_path / "now", frame[frame["known"] < DAYS], bare_warehouse)
    newest = START + timedelta(days=int(frame.loc[frame["known"] < DAYS, "day"].max()))
    late = read_incomplete(service, service.view(Filter(records="real")))
    assert late is not None
    assert timedelta(days=6) <= newest - late <= timedelta(days=10)


def test_the_headline_gives_the_interval_with_the_forecast(service: QueryService) -> None:
    wanted = Filter(records="synthetic", ahead=Ahead(period="week", number=2))
    picture = Picture(filter=service.warehouse.snapshot.resolve(wanted))
    figure = format_figure(read_headline(service, service.view(picture.filter))[-1])
    assert figure.title == "Expected in week 2"
    assert figure.change is not None
    assert figure.change.startswith("80% interval ")
    assert "last 12 weeks" in figure.note
    assert figure.note.endswith("of one week ahead; none for week 2")


def test_the_origin_is_where_the_sources_asked_for_end() -> None:
    def state(newest: datetime) -> SimpleNamespace:
        return SimpleNamespace(source=SimpleNamespace(synthetic=False), newest=newest)

    ended, goes_on = START + timedelta(days=9, hours=5), START + timedelta(days=400)
    sources = {"ended": state(ended), "goes_on": state(goes_on)}
    snapshot = cast("Snapshot", SimpleNamespace(event_sources=sources, now=goes_on))
    assert forecast_origin(snapshot, Filter(records="real")) == goes_on
    asked = Filter(records="real", sources=("ended",))
    assert forecast_origin(snapshot, asked) == START + timedelta(days=9)


@pytest.mark.parametrize("text", ["week-5", "month-1", "week", "day-0", "week-1 ", "WEEK-1"])
def test_what_no_forecast_reaches_is_refused(text: str) -> None:
    with pytest.raises(FilterError, match="use day-1 to day-4 or week-1 to week-4"):
        Filter.from_pairs([("ahead", text)])


def test_the_period_ahead_is_part_of_the_address() -> None:
    wanted = Filter(ahead=Ahead(period="day", number=3))
    assert wanted.to_pairs() == [("ahead", "day-3")]
    assert Filter.from_pairs(wanted.to_pairs()) == wanted
    assert Filter(ahead=Ahead()).to_pairs() == []
