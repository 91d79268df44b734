"""Two Pictures side by side: the table of differences, and what is compared without saving."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cop.model.moment import utc_now
from cop.query.difference import PictureDifference
from cop.settings import StoreSettings
from cop.store.room.picture import SavedPictures
from cop.ui.page.compare import build_difference_table
from tests.support.record import make_frame
from tests.support.store import publish_events
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.table


def test_a_row_a_figure_in_the_order_given() -> None:
    rows = [
        PictureDifference(group="Headline", title="Events", left="2", right="3", apart="+1 (+50%)"),
        PictureDifference(group="Events by kind", title="Rescue", left="0", right="1", apart="+1"),
    ]
    table = build_difference_table(rows)
    assert list(table.columns) == ["group", "figure", "left", "right", "apart"]
    assert table.iloc[0].tolist() == ["Headline", "Events", "2", "3", "+1 (+50%)"]


@pytest.mark.glance
@pytest.mark.usefixtures("standing")
def test_without_saved_pictures_this_window_is_compared_with_the_one_before(
    run_page: RunPage, own_warehouse: Path
) -> None:
    now = utc_now()
    moments = [now - timedelta(days=days) for days in (1, 2, 35)]
    frame = make_frame(3, source_id=["a", "b", "c"], occurred_at=moments)
    publish_events(StoreSettings(data=own_warehouse), frame)
    page = run_page("Compare", own_warehouse)
    assert not page.exception
    assert not page.error
    assert [box.value for box in page.selectbox] == ["before", "this"]
    assert page.selectbox(key="compare-left").options == ["This window", "The one before"]
    said = [str(part.proto.body) for part in page.get("html")]
    sides = [body for body in said if "not saved" in body]
    assert "<b>The one before</b>" in sides[0]
    assert "<b>This window</b>" in sides[1]
    assert all('aria-label="Scope"' in body for body in sides)
    assert "last 30 d to" in sides[1]
    assert "last 30 d to" not in sides[0]
    table = page.dataframe[0].value.set_index("figure")
    assert table.loc["Events", ["left", "right"]].tolist() == ["1", "2"]
    assert list_saved(own_warehouse) == ()


def list_saved(folder: Path) -> tuple[str, ...]:
    """The names of what is saved."""
    with closing(SavedPictures(StoreSettings(data=folder))) as saved:
        return tuple(picture.name for picture in saved.list())


@pytest.mark.glance
def test_the_window_is_of_the_picture_that_was_looked_at_last(
    run_page: RunPage, own_warehouse: Path
) -> None:
    stored = {"from": ["2026-11-01"], "to": ["2026-11-11"], "sector": ["RGV"], "records": ["real"]}
    frame = make_frame(1, occurred_at=[datetime(2026, 11, 5)])
    publish_events(StoreSettings(data=own_warehouse), frame)
    page = run_page("Compare", own_warehouse)
    page.session_state["address-stored"] = stored
    page = page.run()
    assert not page.exception
    left, right = (
        body for part in page.get("html") if "not saved" in (body := str(part.proto.body))
    )
    assert "RGV" in left
    assert "22 OCT 26 to 31 OCT 26" in left
    assert "01 NOV 26 to 10 NOV 26" in right
    page.session_state["address-stored"] = {"to": ["2026-11-11"], "records": ["real"]}
    assert "no window before" in page.run().error[0].value
