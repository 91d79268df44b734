"""Tests of the brief of an area: counted by hand, for its readers, since the last one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from cop.errors import FilterError
from cop.export.area_brief import AreaBrief
from cop.export.area_html import render_area_html
from cop.export.area_pdf import render_area_pdf
from cop.export.briefing import draft_brief
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.paper import find_paper
from cop.model.release import Release
from cop.query.service import QueryService
from tests.support.partner import Office, open_office
from tests.support.record import make_frame

pytestmark = pytest.mark.exchange
SANTA_CRUZ = Filter(counties=("Santa Cruz, AZ",))
PIMA = Filter(counties=("Cochise, AZ",))
SHERIFF = Release(agency="SO-1", highest="TLP:AMBER")


def events(n: int, start: int = 0, **columns: object) -> pd.DataFrame:
    ids = [f"r{start + i}" for i in range(n)]
    when = [utc_now() - timedelta(hours=i % 20, minutes=5) for i in range(n)]
    stated = {"lon": -110.94, "lat": 31.35, "county": "Santa Cruz, AZ", "marking": "TLP:GREEN"}
    return make_frame(n, source_id=ids, occurred_at=when, **{**stated, **columns})


@pytest.fixture
def office(bare_warehouse: Path, tmp_path: Path) -> Iterator[Office]:
    office = open_office(bare_warehouse, tmp_path, "JTF")
    office.publish(events(5, kind="rescue", count=2))
    office.publish(events(3, start=5, kind="crossing", count=1, marking="TLP:RED"))
    office.publish(
        events(2, start=8, kind="crossing", lon=-109.55, lat=31.36, county="Cochise, AZ")
    )
    yield office
    office.close()


def lines(brief: AreaBrief, title: str) -> tuple[str, ...]:
    return next(section.lines for section in brief.sections if section.title == title)


def refreshed(office: Office) -> QueryService:
    office.warehouse.refresh()
    return office.service


def test_it_counts_what_its_readers_may_read_in_its_place(office: Office) -> None:
    whole = draft_brief(refreshed(office), SANTA_CRUZ)
    happened = lines(whole, "What happened")
    assert "Rescue: 5 events, 10 people" in happened
    assert "Crossing: 3 events, 3 people" in happened
    assert (whole.marking, whole.synthetic, whole.made_for) == ("TLP:RED", False, "")
    theirs = draft_brief(office.service.released_to(SHERIFF), SANTA_CRUZ)
    assert "Rescue: 5 events, 10 people" in lines(theirs, "What happened")
    assert not any("Crossing" in line for line in lines(theirs, "What happened"))
    assert (theirs.marking, theirs.made_for) == ("TLP:AMBER", "SO-1") or theirs.marking in (
        "TLP:GREEN",
        "TLP:AMBER",
    )
    assert next(f.value for f in theirs.figures if f.title == "Events") == "5"
    assert sum("mi " in line or "in Nogales" in line for line in happened) == 8


def test_files_say_their_marking_and_load_nothing(office: Office) -> None:
    brief = draft_brief(refreshed(office), SANTA_CRUZ)
    html = render_area_html(brief).decode()
    assert html.count("TLP:RED") >= 3
    assert not re.search(r'(src|href)="(?!data:)', html)
    assert "default-src 'none'" in html
    pdf = render_area_pdf(brief, find_paper("letter"))
    assert pdf.startswith(b"%PDF")


def test_nothing_reported_is_not_nothing(office: Office) -> None:
    brief = draft_brief(refreshed(office), Filter(counties=("El Paso, TX",)))
    assert any("not the same as none" in line for line in lines(brief, "What happened"))
    assert "Coverage is unknown, not zero" in lines(brief, "Where nobody looks")[0]
    assert lines(brief, "Alerts and decisions")[0] == "No alert is open here."


def test_a_place_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(FilterError, match="Nowhere"):
        draft_brief(office.service, Filter(counties=("Nowhere, AZ",)))
