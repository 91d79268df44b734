"""The Changes page in a browser: a constructed set of changes is told, drawn and listed exactly."""

import io
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from cop.model.moment import format_instant
from tests.browser.conftest import Visit, wait
from tests.support.brief import BRIEF, EXPECTED, NOW, build_history
from tests.support.command import serving

pytestmark = [pytest.mark.table, pytest.mark.browser]

Begin = Callable[..., Visit]


def listed(visit: Visit) -> tuple[list[str], pd.DataFrame]:
    """The file of the page: its first lines, and its rows."""
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Download CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    head = [line for line in lines if line.startswith("# ")]
    return head, pd.read_csv(io.StringIO("\n".join(lines[len(head) :])))


def test_shown_since_the_brief_a_constructed_set_is_listed_exactly(
    own_warehouse: Path, visit: Begin, tmp_path: Path
) -> None:
    build_history(own_warehouse)
    files = (own_warehouse / "datasets").rglob("events/**/*.parquet")
    events = pd.concat([gpd.read_parquet(path) for path in files], ignore_index=True)
    ids = dict(zip(events["event_id"], events["source_id"], strict=True))
    address = f"/Changes?records=real&since={format_instant(BRIEF)}&known_at={format_instant(NOW)}"
    with serving(own_warehouse, tmp_path / "log.txt") as base:
        seen = visit(size=(1920, 1080)).open(base + address)
        for words in (
            "Since 101300Z FEB 26",
            "3 new, 2 late, 2 corrected, 2 withdrawn",
            "Newly stale: The slow <b>source</b>",
        ):
            wait(lambda words=words: words in seen.page.inner_text("body"), words)
        head, rows = listed(seen)
        found = zip(rows["change"], rows["event_id"].map(ids), rows["sector"], strict=True)
        assert set(found) == EXPECTED
        assert len(rows) == len(EXPECTED)
        assert head[0] == "# TLP:CLEAR"
        before = dict(zip(rows["event_id"].map(ids), rows["before"], strict=True))
        assert before["c1"] == "count 2"
        assert before["c2"] == "kind Crossing; sector DRT"
        asked = [url for url in seen.tiles if "/tiles/changes/" in url]
        assert asked
        assert all("since=" in url and "known_at=" in url for url in asked)
        assert seen.faults == []
        seen.page.get_by_role("button", name="Back to now").click()
        wait(lambda: "known_at" not in seen.address(), "the present")
        assert f"since={format_instant(BRIEF)}".replace(":", "%3A") in seen.address()
        seen.settle()
