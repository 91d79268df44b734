"""What is said of each sector: change, last incident, coverage, who was counted."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture
from cop.query.sector import SectorFigures
from cop.ui.page.sector.card import (
    build_cards,
    build_groups,
    build_state,
    build_zones,
    date_of,
    percent,
    picture_link,
)

pytestmark = pytest.mark.sources

WINDOW = (datetime(2026, 10, 25), datetime(2026, 11, 24))


def sector(code: str = "TCA", **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "sector": code,
        "name": "Tucson",
        "length_km": 420.7,
        "state": "observed",
        "counties": 3,
        "reported": 3,
        "n": 12,
        "people": 30,
        "before": 8.0,
        "share": 0.25,
        "coverage": 0.6,
        "coverage_unknown": 0.0,
        "last_at": pd.Timestamp(utc_now() - timedelta(hours=5)),
        "last_kind": "rescue",
        "last_precision": "minute",
        "single_adults": 6.0,
        "family_members": 3.0,
        "unaccompanied_children": 1.0,
        "composed_n": 4,
    }
    return row | changes


def figures(*rows: dict[str, Any]) -> SectorFigures:
    table = pd.DataFrame(rows)
    return SectorFigures(
        table=table, bins=pd.DataFrame(), step="day", window=WINDOW, total=int(table["n"].sum())
    )


@pytest.mark.parametrize(
    ("n", "before", "text"),
    [
        (12, 8.0, "\N{BLACK UP-POINTING TRIANGLE} +50%"),
        (6, 8.0, "\N{BLACK DOWN-POINTING TRIANGLE} \N{MINUS SIGN}25%"),
        (8, 8.0, "\N{PLUS-MINUS SIGN}0%"),
        (3, 0.0, "none before"),
        (0, 0.0, "none in either period"),
        (3, np.nan, "\N{EN DASH}"),
    ],
)
def test_change(n: int, before: float, text: str) -> None:
    held = figures(sector(n=n, before=before))
    rows = {row.label: row.cells[0] for row in build_cards(Picture(), held, held.table)}
    assert rows["Change"].text == text


def test_the_card_leads_to_the_picture_of_its_sector() -> None:
    picture = Picture(filter=Filter(kinds=("rescue",), records="real"), preset="7 d")
    assert picture_link(picture, "TCA") == "./?sector=TCA&kind=rescue&records=real&window=7+d"


def test_unknown_coverage_is_not_zero() -> None:
    held = figures(sector(), sector("RGV", coverage=np.nan, coverage_unknown=np.nan))
    known, unknown = build_state(held.table, utc_now())[0].cells
    assert (known.text, known.share) == ("60% of 421 km", 0.6)
    assert (unknown.text, unknown.share) == ("unknown", None)


def test_the_last_incident_is_no_more_exact_than_known() -> None:
    day = pd.Timestamp(utc_now().replace(hour=0, minute=0, second=0) - timedelta(days=3))
    held = figures(
        sector(),
        sector("RGV", last_at=day, last_precision="day", last_kind="death"),
        sector("ELC", last_at=pd.NaT, last_kind=None, last_precision=None),
    )
    exact, daily, none = build_state(held.table, utc_now())[1].cells
    assert exact.text == "Rescue"
    assert "Z " in exact.note
    assert exact.more == "5 h ago"
    assert (daily.text, daily.note) == ("Death", day.strftime("%d %b %y").upper())
    assert daily.more == "3 d ago"
    assert none.text == "none recorded"


@pytest.mark.parametrize(
    ("precision", "text"),
    [
        ("minute", "241830Z NOV 26"),
        ("day", "24 NOV 26"),
        ("week", "WEEK OF 24 NOV 26"),
        ("month", "NOV 26"),
        ("year", "2026"),
    ],
)
def test_dates_by_precision(precision: str, text: str) -> None:
    assert date_of(datetime(2026, 11, 24, 18, 30), precision) == text


def test_groups_share_the_people_that_are_said() -> None:
    held = figures(
        sector(),
        sector("RGV", composed_n=0, single_adults=np.nan),
        sector("ELC", family_members=np.nan, unaccompanied_children=np.nan),
    )
    adults, families, children = build_groups(held.table)
    assert [(c.text, c.note) for c in adults.cells] == [
        ("6", "60%"),
        ("\N{EN DASH}", ""),
        ("6", "100%"),
    ]
    assert families.cells[2].text == "0"
    assert children.label == "Unaccompanied children"


def test_local_time_is_named_as_the_clocks_are() -> None:
    zones = {"TCA": "America/Phoenix", "RGV": "America/Chicago"}
    row = build_zones(["TCA", "RGV", "NONE"], zones, figures(sector()))
    assert [cell.text for cell in row.cells] == ["MST", "CDT/CST", "UTC"]


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.001, "< 1%"), (0.25, "25%"), (np.nan, "unknown")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text
