"""Two Pictures side by side: the table of differences, and what is said before there are two."""

from pathlib import Path

import pytest

from cop.query.difference import PictureDifference
from cop.ui.page.compare import build_difference_table
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


def test_with_fewer_than_two_the_page_says_what_to_do(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = run_page("Compare", own_warehouse)
    assert not page.exception
    assert [info.value for info in page.info] == [
        "Save at least two Pictures to compare them. Save them on the Picture page."
    ]
