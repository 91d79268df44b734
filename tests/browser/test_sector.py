"""The Sectors page as a viewer meets it: columns in line with charts, each leading to a Picture."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from tests.browser.conftest import Served, Visit, wait

pytestmark = [pytest.mark.sources, pytest.mark.browser]


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_shown_a_sector_opens_its_picture(
    served: Served, visit: Callable[..., Visit], dark: bool
) -> None:
    codes = [sector.code for sector in served.region.sectors]
    seen = visit(dark=dark).look(f"{served.base}/Sectors?records=synthetic")
    charts = seen.page.get_by_test_id("stVegaLiteChart")
    wait(lambda: charts.locator("canvas, svg").count() >= 2, "the charts to be drawn")
    columns: list[Any] = [node.bounding_box() for node in seen.page.locator(".cop-grid a").all()]
    assert len(columns) == len(codes)
    assert len({round(column["width"]) for column in columns}) == 1
    chart: Any = charts.first.bounding_box()
    last = columns[-1]
    assert abs(chart["x"] + chart["width"] - last["x"] - last["width"]) <= 2
    assert seen.faults == []
    assert seen.away == []
    seen.page.locator(".cop-grid a").nth(1).click()
    wait(lambda: urlparse(seen.address()).path == "/", "the Picture")
    wait(lambda: "sector=" in seen.address(), "its address")
    held = parse_qs(urlparse(seen.address()).query)
    assert (held["sector"], held["records"]) == ([codes[1]], ["synthetic"])
    assert "from" in held
