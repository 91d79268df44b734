"""Tests of the details of an event."""

import json
import math

import geopandas as gpd
import pandas as pd
import pytest

from cop.errors import FilterError
from cop.query.detail import read_event_detail
from cop.query.service import QueryService
from tests.query.conftest import OpenService
from tests.support.record import make_frame

pytestmark = pytest.mark.picture

KEYS = {
    "event_id", "kind", "count", "unit", "occurred_at", "time_precision", "reported_at",
    "local_time", "dtg", "lat", "lon", "mgrs", "uncertainty_m", "sector", "segment_id", "county",
    "source", "source_title", "detection", "confidence", "marking", "synthetic", "attributes",
}  # fmt: skip


@pytest.mark.parametrize("synthetic", [True, False])
def test_details_are_those_of_the_file(
    service: QueryService, events: gpd.GeoDataFrame, synthetic: bool
) -> None:
    own = events[(events["synthetic"] == synthetic) & (events["sector"] == "TCA")]
    for row in own.head(5).to_dict("records"):
        detail = read_event_detail(service, service.view(), row["event_id"])
        assert detail is not None
        assert set(detail) >= KEYS
        for key in ("kind", "count", "lat", "lon", "segment_id", "sector", "marking"):
            assert detail[key] == row[key]
        assert detail["occurred_at"] == row["occurred_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        if row["time_precision"] in ("minute", "hour"):
            assert detail["dtg"] == row["occurred_at"].strftime("%d%H%MZ %b %y").upper()
            assert detail["local_time"].endswith(" MST")
        else:
            assert row["time_precision"] == "day"
            day = row["occurred_at"].strftime("%d %b %y").upper()
            assert (detail["dtg"], detail["local_time"]) == (f"{day} (day only)", None)
        assert detail["synthetic"] is synthetic
        assert json.loads(json.dumps(detail, allow_nan=False)) == detail


def test_unknown_uncertainty_is_no_number(small: OpenService, events: gpd.GeoDataFrame) -> None:
    service = small(make_frame(1, uncertainty_m=math.nan))
    files = service.warehouse.snapshot.catalogue.files["events"]
    (event_id,) = gpd.read_parquet(files[0])["event_id"]
    detail = read_event_detail(service, service.view(), event_id)
    assert detail is not None
    assert detail["uncertainty_m"] is None
    json.dumps(detail, allow_nan=False)


def test_attributes_that_no_answer_can_hold_are_shown_without_it(small: OpenService) -> None:
    """Packages of partners brought half a character, and what is no number."""
    service = small(make_frame(1, attributes=['{"a": "x\\ud800", "b": NaN, "c": 1e999, "d": 2}']))
    files = service.warehouse.snapshot.catalogue.files["events"]
    (event_id,) = gpd.read_parquet(files[0])["event_id"]
    detail = read_event_detail(service, service.view(), event_id)
    assert detail is not None
    assert detail["attributes"] == {"a": "x?", "b": None, "c": None, "d": 2}
    json.dumps(detail, ensure_ascii=False, allow_nan=False).encode()


def test_no_such_event(service: QueryService) -> None:
    assert read_event_detail(service, service.view(), "0" * 32) is None
    for junk in ("", "x", "0" * 31, "G" * 32, "' OR 1=1 --", "\u0660" * 32):
        with pytest.raises(FilterError, match="32 hexadecimal"):
            read_event_detail(service, service.view(), junk)


@pytest.mark.sources
def test_vague_times_are_shown_as_such(small: OpenService) -> None:
    service = small(
        make_frame(1, time_precision="month", single_adults=1, family_members=1).assign(
            occurred_at=pd.Timestamp(2026, 11, 1)
        )
    )
    (path,) = service.warehouse.snapshot.catalogue.files["events"]
    (event_id,) = gpd.read_parquet(path)["event_id"]
    detail = read_event_detail(service, service.view(), event_id)
    assert detail is not None
    assert detail["dtg"] == "NOV 26 (month only)"
    assert detail["local_time"] is None
    assert (detail["single_adults"], detail["unaccompanied_children"]) == (1, None)
