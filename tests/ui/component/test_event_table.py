"""The table of events in view, and its file."""

import io

import pandas as pd
import pytest

from cop.model.filter import Filter
from cop.model.picture import Picture
from cop.query.scope import read_scope
from cop.query.service import QueryService
from cop.ui.component.address import settle
from cop.ui.component.event_table import build_csv
from tests.ui.component.conftest import OpenScript

pytestmark = pytest.mark.picture

SYNTHETIC = Picture(filter=Filter(records="synthetic"))


def test_the_file_says_what_it_is(service: QueryService, events: pd.DataFrame) -> None:
    picture = settle(SYNTHETIC, service.view(SYNTHETIC.filter))
    window = picture.filter.window
    text = build_csv(service, service.view(picture.filter), None).decode()
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert "# TLP:CLEAR" in head
    assert any("SYNTHETIC records" in line for line in head)
    read = pd.read_csv(io.StringIO(text), comment="#")
    held = (events["occurred_at"] >= window.start) & (events["occurred_at"] < window.end)
    expected = events[held & events["synthetic"]]
    assert set(read["event_id"]) == set(expected["event_id"])
    assert read["count"].sum() == expected["count"].sum()


def test_the_head_of_the_file_counts_what_lies_in_the_bounds(few: QueryService) -> None:
    view = few.view(Filter(records="real"))
    head = build_csv(few, view, (-110.905, 31.0, -110.885, 32.0)).decode().splitlines()[:5]
    assert head == [
        "# TLP:CLEAR",
        f"# {read_scope(few, view).line}",
        f"# version {view.snapshot.version}",
        "# 2 of 2 events in the map's bounds",
        "# source Test; none",
    ]


def render() -> None:
    from cop.ui.component.context import use_context
    from cop.ui.component.event_table import render_table

    service = use_context().service
    render_table(service, service.view(), None)


def test_a_closed_table_is_counted_and_not_read(open_script: OpenScript) -> None:
    page = open_script(render).run()
    assert not page.exception
    assert [one.label for one in page.expander] == ["Events in view: 3"]
    assert not page.dataframe


def test_an_open_table_shows_times_and_no_empty_or_inner_columns(open_script: OpenScript) -> None:
    page = open_script(render)
    page.session_state["events-in-view"] = True
    page.run()
    assert not page.exception
    table = page.dataframe[0].value
    assert table["dtg"].tolist() == ["010000Z FEB 26", "310000Z JAN 26", "300000Z JAN 26"]
    assert {"event_id", "occurred_at", "synthetic"}.isdisjoint(table.columns)
    assert [button.label for button in page.get("download_button")] == ["Download CSV"]
