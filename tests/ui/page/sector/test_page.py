"""The Sectors page: its figures against pandas, its words, and its download."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.model.window import TimeWindow
from cop.query.hour import read_hour_of_week
from cop.query.scope import read_scope
from cop.query.sector import read_sector_figures
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.address import settle
from cop.ui.page.sector.page import describe, describe_hours, shown_sectors
from cop.ui.page.sector.table import build_sector_csv
from tests.support.published import passing, read_published
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.sources

SYNTHETIC = Picture(filter=Filter(records="synthetic"))


@pytest.fixture(scope="module")
def service(warehouse_dir: Path) -> Iterator[QueryService]:
    warehouse = Warehouse(StoreSettings(data=warehouse_dir))
    yield QueryService(warehouse, tile_cache_mb=8)
    warehouse.close()


@pytest.fixture(scope="module")
def events(warehouse_dir: Path) -> gpd.GeoDataFrame:
    return read_published(warehouse_dir)


def test_shown_sectors_side_by_side_equal_pandas(
    run_page: RunPage, warehouse_dir: Path, service: QueryService, events: gpd.GeoDataFrame
) -> None:
    page = run_page("Sectors", warehouse_dir, records="synthetic")
    assert not page.exception
    assert not page.error
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    mine = passing(events, picture.filter, synthetic=True)
    table = page.dataframe[0].value.set_index("sector")
    own = mine.groupby("sector").size()
    assert table["n"].to_dict() == {code: own.get(code, 0) for code in table.index}
    assert list(table.index) == [*service.warehouse.snapshot.sectors, "NONE"]
    assert table["share"].sum() == pytest.approx(1)


def test_the_words_say_what_stands_out(service: QueryService, events: gpd.GeoDataFrame) -> None:
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    figures = read_sector_figures(service, service.view(picture.filter))
    shown = shown_sectors(picture, figures)
    words = describe(figures, shown)
    mine = passing(events, picture.filter, synthetic=True)
    sizes = mine.groupby("sector").size().drop("NONE", errors="ignore")
    assert f"<b>{len(mine):,} events.</b>" in words
    assert f"Most in <b>{sizes.idxmax()} " in words
    assert f"{sizes.max():,}" in words


def test_what_lies_elsewhere_is_said(service: QueryService) -> None:
    records = Filter(records="real")
    real = settle(Picture(filter=records), service.view(records))
    wanted = real.filter.within(TimeWindow())
    figures = read_sector_figures(service, service.view(wanted))
    every = shown_sectors(Picture(filter=wanted), figures)
    assert "lie outside every sector" in describe(figures, every)
    chosen = Picture(filter=Filter(records="real", sectors=("TCA",)))
    one = shown_sectors(chosen, figures)
    assert one["sector"].tolist() == ["TCA"]
    words = describe(figures, one)
    n = int(one["n"].iloc[0])
    assert words.startswith(f"<b>{n:,} events.</b>" if n else "<b>No events</b>")
    assert f"Whole border, other sectors included: {figures.total:,}." in words or not n


def test_hours_left_out_are_said(service: QueryService) -> None:
    codes = list(service.warehouse.snapshot.sectors)
    synthetic = read_hour_of_week(service, service.view(Filter(records="synthetic")))
    left_out = sum(synthetic.left_out.get(code, 0) for code in codes)
    total = int(synthetic.table["n"].sum()) + left_out
    assert f"{left_out:,} of {total:,} records left out" in describe_hours(
        synthetic, codes, own_scale=False
    )
    real = read_hour_of_week(service, service.view(Filter(records="real")))
    assert "unknown. All" in describe_hours(real, codes, own_scale=False)
    assert "do not compare" in describe_hours(synthetic, codes, own_scale=True)
    nothing = read_hour_of_week(service, service.view(Filter(records="real", kinds=("drone",))))
    assert "no events" in describe_hours(nothing, codes, own_scale=False)


def test_the_file_says_what_it_is(service: QueryService) -> None:
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    view = service.view(picture.filter)
    figures = read_sector_figures(service, view)
    text = build_sector_csv(service, view, figures).decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert head[:2] == ["# TLP:CLEAR", f"# {read_scope(service, view).line}"]
    read = pd.read_csv(io.StringIO(text), comment="#", keep_default_na=False)
    assert read["n"].sum() == figures.total
    assert read["sector"].iloc[-1] == "NONE"


def test_the_scale_is_chosen_and_said(run_page: RunPage, warehouse_dir: Path) -> None:
    page = run_page("Sectors", warehouse_dir, records="synthetic")
    assert any("one scale for all sectors" in caption.value for caption in page.caption)
    page.session_state["sector-scale"] = "Own scales"
    page.run()
    said = [caption.value for caption in page.caption]
    assert any("do not compare heights or colors" in words for words in said)
    assert not any("one scale for all" in words for words in said)


def test_an_empty_window_is_no_quiet(run_page: RunPage, warehouse_dir: Path) -> None:
    address = {"from": "1999-01-01", "to": "1999-02-01", "records": "synthetic"}
    page = run_page("Sectors", warehouse_dir, **address)
    assert not page.exception
    assert any("does not mean no activity" in str(element.proto) for element in page.get("html"))


def test_without_a_region_the_way_on_is_said(run_page: RunPage, tmp_path: Path) -> None:
    publish_events(StoreSettings(data=tmp_path / "w"), make_frame(3))
    page = run_page("Sectors", tmp_path / "w")
    assert not page.exception
    assert "No region loaded" in page.info[0].value


def test_groups_are_shown_where_records_say_them(run_page: RunPage, own_warehouse: Path) -> None:
    moments = [datetime(2026, 11, 1) + timedelta(hours=i) for i in range(6)]
    said = {"single_adults": [1, 2, None, 1, 1, None], "family_members": [1, 0, None, 1, 1, None]}
    publish_events(StoreSettings(data=own_warehouse), make_frame(6, occurred_at=moments, **said))
    window = {"from": "2026-11-01", "to": "2026-11-02"}
    page = run_page("Sectors", own_warehouse, **window)
    assert not page.exception
    assert any("from 4 of 6 records" in caption.value for caption in page.caption)
