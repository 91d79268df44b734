"""Tests of figures per segment: events, change, risk, coverage and barriers."""

from datetime import timedelta

import geopandas as gpd
import pytest

from cop.model.event import OUTSIDE
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.query.figure import (
    FIGURES,
    SegmentFigures,
    read_figures,
    read_segments,
)
from cop.query.service import QueryService
from cop.query.summary import read_summary
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.forecast


SYNTHETIC = Filter(records="synthetic")


def figures_of(service: QueryService, requested: Filter) -> SegmentFigures:
    found = read_figures(service, service.view(requested))
    assert found is not None
    return found


def test_segments_count_every_event_of_the_filter(
    service: QueryService, events: gpd.GeoDataFrame
) -> None:
    found = figures_of(service, SYNTHETIC)
    own = events[events["synthetic"]]
    assert read_summary(service, service.view(SYNTHETIC), "kind").total == len(own)
    assert found.table["n"].sum() == (own["segment_id"] != OUTSIDE).sum()
    seen = found.table.dropna(subset="n")
    assert (seen["people"] >= 0).all()
    assert set(found.table.loc[found.table["n"].isna(), "state"]) <= {"unknown"}
    assert found.table["segment_id"].is_unique
    assert found.table["length_km"].max() <= 5.0 + 1e-6


def test_what_lies_outside_the_filter_has_no_risk(service: QueryService) -> None:
    found = figures_of(service, Filter(records="synthetic", sectors=("TCA",)))
    inside = found.table["segment_id"].str.startswith("TCA")
    assert found.table.loc[inside, "risk"].notna().any()
    assert found.table.loc[~inside, "risk"].isna().all()
    whole, part = figures_of(service, SYNTHETIC).expected, found.expected
    assert whole is not None
    assert part is not None
    assert part[1] <= part[0] <= part[2]
    assert part[0] < whole[0]


def test_change_is_in_percent_of_the_window_before(service: QueryService) -> None:
    end = service.warehouse.snapshot.now
    window = TimeWindow(start=end - timedelta(days=60), end=end)
    table = figures_of(service, Filter(records="synthetic", window=window)).table
    known = table[table["previous_n"] > 0].iloc[0]
    change = 100 * (known["n"] - known["previous_n"]) / known["previous_n"]
    assert known["change"] == pytest.approx(change)
    assert table.loc[table["previous_n"] == 0, "change"].isna().all()


def test_columns_of_a_query_are_numbers(service: QueryService) -> None:
    found = figures_of(service, SYNTHETIC)
    assert found.columns.column_names[0] == "segment_id"
    assert found.columns.column_names[1] == "state"
    assert set(found.columns.column_names[2:]) <= set(FIGURES)
    assert {str(kind) for kind in found.columns.schema.types[2:]} == {"double"}
    assert found.columns.num_rows == len(found.table)
    assert not found.has_barriers
    assert found.risk_window.start == found.risk.origin


def test_segments_run_from_west_to_east(service: QueryService) -> None:
    segments = read_segments(service.warehouse.snapshot)
    assert segments["km_from"].is_monotonic_increasing
    assert segments.geometry.iloc[0].centroid.x < segments.geometry.iloc[-1].centroid.x


def test_without_a_region_there_are_none(small: OpenService) -> None:
    service = small(make_frame(2))
    assert read_figures(service, service.view()) is None
