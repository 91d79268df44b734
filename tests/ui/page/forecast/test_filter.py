"""The day or week ahead is chosen in the side bar, and the address holds it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.forecast


def test_the_period_ahead_is_chosen_and_named(
    run_page: Callable[..., AppTest], warehouse_dir: Path
) -> None:
    page = run_page("Picture", warehouse_dir, records="synthetic")
    assert not page.exception
    shown = " ".join(str(part.proto.body) for part in page.get("html"))
    assert "Confidence: " in shown
    page.select_slider(key="filter-ahead").set_value(3).run()
    assert page.query_params["ahead"] in ("week-3", ["week-3"])
    assert "Expected in week 3" in {metric.label for metric in page.metric}
