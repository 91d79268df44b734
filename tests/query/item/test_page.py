"""Pages of features: in the order of their ids, each once, by boxes, times and values."""

from datetime import datetime
from typing import Any

import pytest

from cop.query.item.crs import SYSTEMS
from cop.query.item.expression import build_condition
from cop.query.item.page import ItemFilter, read_extent, read_item, read_page
from cop.query.item.table import ItemTable, read_kinds
from cop.query.service import QueryService

pytestmark = pytest.mark.exchange
N = 100


@pytest.fixture
def table(service: QueryService) -> ItemTable:
    """A hundred points in a square of ten, an hour apart."""
    select = (
        "SELECT lpad(i::VARCHAR, 3, '0') AS cop_id, ST_Point(i % 10, i // 10) AS cop_shape, "
        "i AS n, TIMESTAMP '2026-01-01' + to_hours(i) AS seen_at, i % 2 = 0 AS even, "
        "CASE WHEN i = 5 THEN 'nan'::DOUBLE END AS odd, [i] AS many FROM range(100) r(i)"
    )
    kinds = read_kinds(service.warehouse, select)
    return ItemTable(select=select, kinds=kinds, moment="seen_at")


def read(service: QueryService, table: ItemTable, asked: ItemFilter, **more: Any) -> list[int]:
    """The numbers of all features, page by page."""
    found, after, view = list[int](), None, service.view()
    while True:
        page = read_page(service, view, table, asked, limit=7, after=after, **more)
        found += [one.properties["n"] for one in page.items]
        after = page.next_after
        if after is None:
            assert page.matched == len(found)
            return found


def test_every_feature_is_on_one_page(service: QueryService, table: ItemTable) -> None:
    assert read(service, table, ItemFilter()) == list(range(N))
    whole = read_page(service, service.view(), table, ItemFilter(), limit=N)
    assert (len(whole.items), whole.next_after) == (N, None)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (ItemFilter(boxes=((2, 3, 4, 3.5),)), [32, 33, 34]),
        (ItemFilter(boxes=((9, 9, 180, 10), (-180, 9, 0, 10))), [90, 99]),
        (ItemFilter(start=datetime(2026, 1, 5, 1)), [97, 98, 99]),
        (ItemFilter(end=datetime(2026, 1, 1, 2)), [0, 1, 2]),
        (ItemFilter(start=datetime(2026, 1, 1, 2), end=datetime(2026, 1, 1, 2)), [2]),
        (ItemFilter(equals={"n": 7.0}), [7]),
        (ItemFilter(equals={"even": True}, boxes=((0, 0, 3, 0),)), [0, 2]),
    ],
)
def test_a_filter_leaves_what_passes(
    service: QueryService, table: ItemTable, asked: ItemFilter, numbers: list[int]
) -> None:
    assert read(service, table, asked) == numbers


def test_a_condition_counts_with_the_rest(service: QueryService, table: ItemTable) -> None:
    condition = build_condition("n > 90 AND even = true", table.queryables)
    asked = ItemFilter(condition=condition, boxes=((0, 0, 5, 9),))
    assert read(service, table, asked) == [92, 94]


@pytest.mark.parametrize(
    ("uri", "coordinates"),
    list(zip(SYSTEMS, ("[3.0,1.0]", "[1.0,3.0]", "[333958.472"), strict=True)),
)
def test_a_shape_is_given_in_a_system(
    service: QueryService, table: ItemTable, uri: str, coordinates: str
) -> None:
    item = read_item(service, table, "013", crs=SYSTEMS[uri])
    assert item is not None
    assert item.geometry is not None
    assert coordinates in item.geometry
    assert read_item(service, table, "x") is None


def test_values_are_those_of_json(service: QueryService, table: ItemTable) -> None:
    item = read_item(service, table, "005")
    assert item is not None
    assert item.properties == {
        "n": 5, "seen_at": "2026-01-01T05:00:00Z", "even": False, "odd": None, "many": [5],
    }  # fmt: skip


def test_the_extent_is_that_of_all(service: QueryService, table: ItemTable) -> None:
    found = read_extent(service, service.view(), table)
    assert found.bounds == (0, 0, 9, 9)
    assert (found.oldest, found.newest) == (datetime(2026, 1, 1), datetime(2026, 1, 5, 3))
    none = ItemTable(select=f"SELECT * FROM ({table.select}) WHERE false", kinds=table.kinds)
    assert read_extent(service, service.view(), none).bounds is None
