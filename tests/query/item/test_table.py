"""Tables of features: what kinds properties are of, and an id for each row."""

import pytest

from cop.query.item.table import ItemTable, number_rows, read_kinds
from cop.query.service import QueryService

pytestmark = pytest.mark.exchange


def test_every_type_is_a_kind_and_shapes_are_none(service: QueryService) -> None:
    select = (
        "SELECT 'a' AS a, 1 AS b, 1.5 AS c, 1.5::DOUBLE AS d, true AS e, now()::TIMESTAMP AS f, "
        "['a'] AS g, ST_Point(1, 2) AS h, 'x'::BLOB AS i, 1::UBIGINT AS j, 'z' AS cop_id"
    )
    kinds = read_kinds(service.warehouse, select)
    assert kinds == {
        "a": "text", "b": "whole", "c": "number", "d": "number", "e": "flag", "f": "moment",
        "g": "list", "j": "whole",
    }  # fmt: skip
    assert "g" not in ItemTable(select=select, kinds=kinds).queryables


@pytest.mark.parametrize("id_column", ["name", None])
def test_ids_are_unique_and_the_same_again(service: QueryService, id_column: str | None) -> None:
    rows = (
        "SELECT ST_Point(0, 0) AS mercator, unnest(['a', 'b', 'a']) AS name, unnest([1, 2, 1]) AS n"
    )
    sql = f"SELECT cop_id, name FROM ({number_rows(rows, id_column)}) ORDER BY 1"
    first, again = (service.warehouse.query(sql) for _ in range(2))
    assert first == again
    assert len({one for one, _ in first}) == 3
    if id_column:
        assert first == [("a", "a"), ("a-2", "a"), ("b", "b")]


def test_a_row_without_an_id_has_that_of_its_content(service: QueryService) -> None:
    rows = "SELECT ST_Point(0, 0) AS mercator, {n} AS n"
    one, same, other = (
        service.warehouse.query(f"SELECT cop_id FROM ({number_rows(rows.format(n=n), None)})")
        for n in (1, 1, 2)
    )
    assert one == same != other
