"""The readings that the numbers of a file allow, in words."""

import pytest

from cop.model.upload import Fix, Reading
from cop.ui.page.upload.readings import describe_reading, say_bounds

pytestmark = pytest.mark.layers


def test_bounds_go_from_south_west_to_north_east() -> None:
    assert say_bounds((-111, 31.25, -110.5, 32)) == "31.2500, -111.0000 to 32.0000, -110.5000"


def test_a_reading_is_where_it_lies_or_not_on_the_earth() -> None:
    fix = Fix(field="swap_axes", value=True)
    inside = Reading(crs="EPSG:4326", bounds=(-111, 31, -110, 32), title="swapped", fix=fix)
    assert describe_reading(inside).startswith("EPSG:4326, swapped: 31.0000, -111.0000 to ")
    beyond = Reading(crs="EPSG:4326", bounds=None)
    assert describe_reading(beyond) == "EPSG:4326: not on the earth"
    numbers = Reading(crs="EPSG:4326", bounds=None, numbers=(505947.7, 3466578.1, 505948, 3466579))
    assert describe_reading(numbers).endswith("(x 505947.7 to 505948, y 3466578.1 to 3466579)")
