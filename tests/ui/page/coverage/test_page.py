"""The Coverage page: its figures are those of the query, its words say of what."""

from pathlib import Path

import pytest

from cop.model.filter import Filter
from cop.query.coverage.gap import read_gaps
from cop.query.coverage.health import read_health
from cop.query.coverage.timeline import read_timeline
from cop.query.service import QueryService
from cop.ui.page.coverage.table import GAPS_SHOWN, build_gap_table, build_health_table
from cop.ui.page.coverage.word import describe_gaps, describe_health, describe_timeline
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.coverage


def all_words(page: object) -> str:
    parts = [*page.html, *page.caption, *page.info]  # type: ignore[attr-defined]
    return " ".join(str(getattr(part, "body", getattr(part, "value", ""))) for part in parts)


def test_the_page_says_what_was_seen_and_ranks_the_gaps(
    run_page: RunPage, warehouse_dir: Path, service: QueryService
) -> None:
    page = run_page("Coverage", warehouse_dir, records="synthetic")
    assert not page.exception
    gaps_table, health_table = (frame.value for frame in page.dataframe)
    assert len(gaps_table) == GAPS_SHOWN
    assert gaps_table["unseen"].dropna().is_monotonic_decreasing
    assert {"sensor", "state", "up", "outages", "note"} <= set(health_table)
    words = all_words(page)
    assert "% of segment-hours covered" in words
    assert "risk x length x hours" in words
    assert health_table["inside"].sum() > 0


def test_without_sensors_it_is_unknown_not_zero(run_page: RunPage, warehouse_dir: Path) -> None:
    page = run_page("Coverage", warehouse_dir, records="real")
    assert not page.exception
    assert "Coverage is unknown, not zero" in page.info[0].value
    assert not page.dataframe


def test_words_and_tables_are_of_one_view(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    timeline, gaps = read_timeline(service, view), read_gaps(service, view)
    health = read_health(service, view)
    assert timeline is not None
    assert gaps is not None
    assert health is not None
    sums = timeline.table[["seen_km_hours", "total_km_hours"]].sum()
    share = sums["seen_km_hours"] / sums["total_km_hours"]
    assert describe_timeline(timeline) == f"{share:.0%} of segment-hours covered"
    assert f"{gaps.hours:,.0f} h" in describe_gaps(gaps)
    table = build_gap_table(gaps)
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert (table["not_covered"] > 0).all()
    rows = build_health_table(health)
    assert len(rows) == len(health.table)
    first = rows["state"].tolist()
    assert first.index("Working") == len([state for state in first if state != "Working"])
    down = int((health.table["state"] == "down").sum())
    assert f"{down:,} down" in describe_health(health)
