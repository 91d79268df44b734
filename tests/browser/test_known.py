"""As known at: what the page, its map and the API say was known, at each moment of a history."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.http import Caller
from tests.support.record import make_frame
from tests.support.store import date_versions, publish_events

pytestmark = [pytest.mark.table, pytest.mark.browser]

Begin = Callable[..., Visit]
WINDOW = [("from", "2026-01-25"), ("to", "2026-02-10"), ("records", "real")]
ADDRESS = "&".join(f"{name}={value}" for name, value in WINDOW)
FIRST, CORRECTION, LATE = (datetime(2026, 2, day, 12) for day in (10, 12, 14))
TRUE_THEN = {
    "2026-02-11T00:00:00Z": (3, 6),
    "2026-02-13T00:00:00Z": (3, 13),
    "2026-02-15T00:00:00Z": (4, 18),
}
"""Number and people known at a moment: A alone, A corrected by B, and with the late C."""


@pytest.fixture
def told_dir(own_warehouse: Path) -> Path:
    """Three events are loaded (A), one is corrected (B), an earlier one comes late (C)."""
    store = StoreSettings(data=own_warehouse)
    loads = (
        make_frame(3, source_id=["a", "b", "c"], reported_at=FIRST),
        make_frame(1, source_id=["b"], count=9, occurred_at=pd.Timestamp("2026-01-31"),
                   lon=-110.89, reported_at=CORRECTION),
        make_frame(1, source_id=["d"], count=5, occurred_at=pd.Timestamp("2026-01-28"),
                   reported_at=LATE),
    )  # fmt: skip
    for load in loads:
        publish_events(store, load)
    warehouse = Warehouse(store)
    newest = sorted(warehouse.versions)[-3:]
    warehouse.close()
    date_versions(own_warehouse, dict(zip(newest, (FIRST, CORRECTION, LATE), strict=True)))
    return own_warehouse


def figures(visit: Visit) -> dict[str, str]:
    """The headline by title."""
    nodes = visit.page.get_by_test_id("stMetric").all()
    said = [[line for line in node.inner_text().split("\n") if line] for node in nodes]
    return {lines[0]: lines[1] for lines in said}


def test_shown_as_known_at_each_moment_the_totals_that_were_true_then(
    told_dir: Path, visit: Begin, tmp_path: Path
) -> None:
    with serving(told_dir, tmp_path / "log.txt") as base, closing(Caller(base)) as caller:
        for moment, (n, people) in TRUE_THEN.items():
            asked = [*WINDOW, ("by", "kind"), ("known_at", moment)]
            summary = caller.ask("/api/summary", asked).json()
            assert (summary["total"], summary["counts"]["people"]) == (n, people)
            seen = visit().open(f"{base}/?{ADDRESS}&known_at={moment}")
            told = figures(seen)
            assert (told["Events"], told["People"]) == (str(n), str(people))
            assert f"AS KNOWN AT {moment[8:10]}0000Z FEB 26" in seen.page.inner_text("body")
            wait(lambda seen=seen: seen.ask("!!window.__copTimeline"), "the timeline")
            assert sum(b["n"] for b in seen.ask("__copTimeline.bins()")) == n
            assert seen.ask("0") == 0
            tiles = [url for url in seen.tiles if "/tiles/events/" in url]
            assert tiles
            assert all("known_at=" in url for url in tiles)
        seen.page.get_by_role("button", name="Back to now").first.click()
        seen.page.locator(".cop-known").wait_for(state="detached")
        assert "known_at" not in seen.address()
        wait(lambda: figures(seen)["Events"] == "4", "the figures of now")
        assert seen.faults == []


def test_a_moment_before_the_first_version_is_told(
    told_dir: Path, visit: Begin, tmp_path: Path
) -> None:
    with serving(told_dir, tmp_path / "log.txt") as base:
        seen = visit()
        seen.page.goto(f"{base}/?{ADDRESS}&known_at=2001-01-01")
        seen.page.get_by_text("Not applied: as known at 010000Z JAN 01").wait_for()
        seen.settle()
        assert "AS KNOWN AT" not in seen.page.inner_text("body")
        assert seen.faults == []
