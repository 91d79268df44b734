"""Tests of zones by name: a browser may send any."""

import pytest

from cop.model.time_zone import find_zone

pytestmark = [pytest.mark.trust, pytest.mark.table]


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "x" * 300, "\0", "\ud800"]
)
def test_an_odd_name_is_no_zone(name: str) -> None:
    assert find_zone(name) is None


def test_a_zone_is_found_by_its_name() -> None:
    assert str(find_zone("America/Denver")) == "America/Denver"
