"""The one choice of the moment that changes count from."""

from datetime import timedelta
from pathlib import Path

import pytest

from cop.model.moment import format_instant
from tests.support.brief import FIRST, NOW, build_history
from tests.ui.conftest import RunPage

pytestmark = [pytest.mark.glance, pytest.mark.table]


def test_one_choice_whose_default_is_the_last_brief(run_page: RunPage, briefed_dir: Path) -> None:
    page = run_page("Changes", briefed_dir, records="real", known_at=format_instant(NOW))
    assert not page.exception
    choice = page.selectbox(key="since")
    assert choice.value == "brief"
    assert choice.options[0] == "last brief: Morning <i>brief</i>, 101300Z FEB 26"
    assert "since" not in page.query_params
    assert "3 new, 2 late" in " ".join(str(part.proto.body) for part in page.get("html"))
    (folded,) = page.expander
    assert folded.label.endswith("sectors without change")
    assert "RGV" not in folded.caption[0].value
    page = choice.select("day").run()
    assert page.selectbox(key="since").value == "day"
    assert page.query_params["since"] == format_instant(NOW - timedelta(days=1))
    page = page.selectbox(key="since").select("version").run()
    assert page.selectbox(key="since-version").options


def test_without_a_brief_it_is_a_day_as_far_as_versions_are_stored(
    run_page: RunPage, own_warehouse: Path
) -> None:
    build_history(own_warehouse)
    page = run_page("Changes", own_warehouse, records="real", known_at=format_instant(NOW))
    choice = page.selectbox(key="since")
    assert choice.value == "day"
    assert choice.options == ["the last 24 h", "a version", "a moment"]
    first = format_instant(FIRST)
    page = run_page("Changes", own_warehouse, records="real", since=first)
    assert page.selectbox(key="since").value == "version"
