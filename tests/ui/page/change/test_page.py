"""The Changes page without a browser: its words, its table by sector, and what one chooses."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from cop.model.annotation import Drawing
from cop.model.moment import format_instant
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.room.annotation import Annotations
from cop.ui.page.change.page import count_steps
from tests.support.alert import make_finding
from tests.support.brief import BRIEF, FIRST, NOW
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table


def test_the_table_by_sector_adds_up(run_page: RunPage, briefed_dir: Path) -> None:
    known = {"since": format_instant(BRIEF), "known_at": format_instant(NOW), "records": "real"}
    page = run_page("Changes", briefed_dir, **known)
    assert not page.exception
    assert not page.error
    table = page.dataframe[0].value.set_index("sector")
    assert table.loc["TCA", ["new", "late", "corrected", "withdrawn"]].tolist() == [2, 1, 1, 1]
    assert table.loc["All"].drop("name").tolist() == [3, 2, 2, 2, 1]
    assert table.loc["DRT", "newly stale"] == 1


@pytest.mark.glance
def test_what_else_changed_is_listed_in_the_filter(run_page: RunPage, briefed_dir: Path) -> None:
    at = BRIEF + timedelta(hours=2)
    with closing(Alerts(StoreSettings(data=briefed_dir), now=lambda: at)) as alerts:
        (alert,) = alerts.note("2", [make_finding()])
        alerts.close_alert(alert.id, by="Ana", outcome="false", reason="Chance.")
    drawing = Drawing(shape="point", title="Bridge", coordinates=((-98.2, 26.06),), lasts_h=None)
    with closing(Annotations(StoreSettings(data=briefed_dir), now=lambda: at)) as drawn:
        drawn.draw(drawing, author="Ben")
    known = {"records": "real", "known_at": format_instant(NOW)}
    page = run_page("Changes", briefed_dir, **known)
    assert not page.exception
    table = next(one.value for one in page.dataframe if "By" in one.value.columns)
    rows = {*zip(table["Change"], table["Place"], table["By"], strict=True)}
    assert rows == {
        ("Alert raised", "RGV", "cop"),
        ("Alert closed", "RGV", "Ana"),
        ("Annotation added", "RGV", "Ben"),
    }
    page = run_page("Changes", briefed_dir, sector="TCA", **known)
    assert not [one for one in page.dataframe if "By" in one.value.columns]


def test_a_moment_before_every_version_is_told(run_page: RunPage, briefed_dir: Path) -> None:
    page = run_page("Changes", briefed_dir, records="real", since="2001-01-01")
    said = " ".join(str(part.proto.body) for part in page.get("html"))
    assert (
        "Not applied: changes since 010000Z JAN 01, as no version of that moment can be read"
        in said
    )


def test_nothing_new_is_said(run_page: RunPage, briefed_dir: Path) -> None:
    same = {"since": format_instant(FIRST), "known_at": format_instant(BRIEF)}
    page = run_page("Changes", briefed_dir, records="real", **same)
    said = " ".join(str(part.proto.body) for part in page.get("html"))
    assert "Nothing published since" in said


def test_steps_are_counted_in_words() -> None:
    assert count_steps("Alert raised", 8) == "8 alerts raised"
    assert count_steps("Level agreed", 1) == "1 level agreed"
