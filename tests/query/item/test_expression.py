"""Tests of CQL2 text: what it selects equals another reader's SQL, and what it refuses."""

from collections.abc import Iterator
from typing import Any, Final

import cql2
import duckdb
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cop.errors import FilterError
from cop.query.item.expression import LONGEST_EXPRESSION, MOST_NESTED, build_condition
from cop.query.item.table import PropertyKind
from cop.settings import StoreSettings
from cop.store.engine import open_engine

pytestmark = [pytest.mark.exchange, pytest.mark.hypothesis]

KINDS: Final[dict[str, PropertyKind]] = {
    "kind": "text", "n": "whole", "x": "number", "is_on": "flag", "seen_at": "moment",
    "odd name": "text", "income": "text", "many": "list",
}  # fmt: skip
WORDS: Final = ("a", "A", "b_c", "it's", "100%", "", "\u00e4")
ROWS: Final = 200


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    """A table with every kind of property, with gaps."""
    connection = open_engine(StoreSettings(), ("spatial",))
    words = list(WORDS)
    connection.execute(
        "CREATE TABLE item AS SELECT i AS id, CASE WHEN i % 13 = 0 THEN NULL ELSE "
        "list_extract($words::VARCHAR[], 1 + i % $many) END AS kind, "
        "CASE WHEN i % 11 = 0 THEN NULL ELSE i % 10 END AS n, i / 8.0 AS x, i % 2 = 0 AS is_on, "
        "TIMESTAMP '2026-01-01' + to_hours(i * 5) AS seen_at, 'w' || i % 3 AS \"odd name\", "
        "'a' AS income, ['a'] AS many, ST_Point(i % 20, i // 20) AS cop_shape, "
        "ST_Point(i % 20, i // 20) AS geometry FROM range($rows) r(i)",
        {"words": words, "many": len(words), "rows": ROWS},
    )
    yield connection
    connection.close()


def select(rows: duckdb.DuckDBPyConnection, sql: str, values: Any = None) -> list[int]:
    found = rows.execute(f"SELECT id FROM item WHERE {sql} ORDER BY id", values or {}).fetchall()
    return [one for (one,) in found]


def ours(rows: duckdb.DuckDBPyConnection, text: str) -> list[int]:
    condition = build_condition(text, KINDS)
    return select(rows, condition.sql, condition.values)


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("kind = 'a'", "kind = 'a'"),
        ("kind = 'it''s'", "kind = 'it''s'"),
        ("kind = 'a' OR kind = 'A' AND n = 1", "kind = 'a' OR (kind = 'A' AND n = 1)"),
        ("(kind = 'a' OR kind = 'A') AND n = 1", "(kind = 'a' OR kind = 'A') AND n = 1"),
        ("NOT kind = 'a' AND n > 2", "(NOT kind = 'a') AND n > 2"),
        ("not (kind = 'a' or n <= 2)", "NOT (kind = 'a' OR n <= 2)"),
        ("n <> 3", "n <> 3"),
        ("2 < n", "n > 2"),
        ("n < x", "n < x"),
        ("n IN (1, 2, 3.0)", "n IN (1, 2, 3)"),
        ("n NOT IN (1, 2)", "n NOT IN (1, 2)"),
        ("n BETWEEN 2 AND 4 AND x < 9", "n BETWEEN 2 AND 4 AND x < 9"),
        ("n NOT BETWEEN -1 AND 4", "n NOT BETWEEN -1 AND 4"),
        ("kind IS NULL", "kind IS NULL"),
        ("kind IS NOT NULL AND is_on = true", "kind IS NOT NULL AND is_on"),
        ("kind LIKE 'b%'", "kind LIKE 'b%'"),
        ("kind LIKE 'b\\_c'", "kind = 'b_c'"),
        ("kind LIKE '100\\%'", "kind = '100%'"),
        ("kind NOT LIKE '%a%'", "kind NOT LIKE '%a%'"),
        ("CASEI(kind) = CASEI('A')", "lower(kind) = 'a'"),
        ("\"odd name\" = 'w1'", "\"odd name\" = 'w1'"),
        ("income = 'a'", "true"),
        ("seen_at >= TIMESTAMP('2026-01-10T05:00:00Z')", "seen_at >= '2026-01-10 05:00:00'"),
        ("seen_at < DATE('2026-01-10')", "seen_at < '2026-01-10'"),
        ("seen_at < '2026-01-10T00:00:00+01:00'", "seen_at < '2026-01-09 23:00:00'"),
        ("T_AFTER(seen_at, DATE('2026-01-10'))", "seen_at > '2026-01-10'"),
        ("T_BEFORE(seen_at, INTERVAL('2026-01-10', '..'))", "seen_at < '2026-01-10'"),
        ("T_AFTER(seen_at, INTERVAL('..', '2026-01-10'))", "seen_at > '2026-01-10'"),
        ("T_DURING(seen_at, INTERVAL('2026-01-05', '2026-01-10'))",
         "seen_at > '2026-01-05' AND seen_at < '2026-01-10'"),
        ("T_INTERSECTS(seen_at, INTERVAL('2026-01-05', '2026-01-10'))",
         "seen_at BETWEEN '2026-01-05' AND '2026-01-10'"),
        ("T_DISJOINT(seen_at, INTERVAL('2026-01-05', '..'))", "seen_at < '2026-01-05'"),
        ("T_EQUALS(seen_at, TIMESTAMP('2026-01-01T05:00:00Z'))", "seen_at = '2026-01-01 05:00:00'"),
        ("T_EQUALS(seen_at, seen_at)", "true"),
        ("T_AFTER(DATE('2026-01-10'), seen_at)", "seen_at < '2026-01-10'"),
        ("S_INTERSECTS(geometry, BBOX(2, 3, 5, 6))",
         "ST_X(geometry) BETWEEN 2 AND 5 AND ST_Y(geometry) BETWEEN 3 AND 6"),
        ("S_WITHIN(geometry, POLYGON((2 3, 5 3, 5 6, 2 6, 2 3)))",
         "ST_X(geometry) IN (3, 4) AND ST_Y(geometry) IN (4, 5)"),
        ("S_DISJOINT(geometry, LINESTRING(0 0, 3 3))",
         "NOT (ST_X(geometry) = ST_Y(geometry) AND ST_X(geometry) <= 3)"),
        ("S_EQUALS(POINT(2 3), geometry)", "ST_X(geometry) = 2 AND ST_Y(geometry) = 3"),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(2 2, 3 3)))",
         "ST_X(geometry) = ST_Y(geometry) AND ST_X(geometry) BETWEEN 1 AND 3"),
        ("true", "true"),
        ("false OR n = 1", "n = 1"),
    ],
)  # fmt: skip
def test_what_a_text_selects_is_what_sql_says(
    rows: duckdb.DuckDBPyConnection, text: str, sql: str
) -> None:
    assert ours(rows, text) == select(rows, sql)


def test_every_row_of_the_table_is_told_apart(rows: duckdb.DuckDBPyConnection) -> None:
    found = [ours(rows, text) for text in ("kind = 'a'", "n = 1", "is_on = true", "kind IS NULL")]
    assert all(0 < len(one) < ROWS for one in found)


def draw_text(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Conditions that the other reader writes as SQL too."""
    word = st.sampled_from(WORDS).map(lambda one: "'" + one.replace("'", "''") + "'")
    number = st.integers(-3, 12).map(str) | st.sampled_from(("0.5", "12.25", "1e1"))
    sign = st.sampled_from(("=", "<>", "<", "<=", ">", ">="))
    leaves = st.one_of(
        st.tuples(st.just("kind"), sign, word).map(" ".join),
        st.tuples(st.sampled_from(("n", "x")), sign, number).map(" ".join),
        st.tuples(st.just("n"), st.just("BETWEEN"), number, st.just("AND"), number).map(" ".join),
        st.lists(word, min_size=1, max_size=3).map(lambda some: f"kind IN ({', '.join(some)})"),
        st.sampled_from((*names, "kind IS NULL", "n IS NOT NULL", "kind LIKE '%a%'")),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from((" AND ", " OR ")), inner).map("".join),
            inner.map(lambda one: f"({one})"),
            inner.map(lambda one: f"NOT ({one})"),
        ),
        max_leaves=8,
    )


@given(text=draw_text(()))
def test_shown_cql2_results_equal_another_readers_sql(
    rows: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert ours(rows, text) == select(rows, cql2.parse_text(text).to_sql())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "at its end"),
        ("kind", "not CQL2 text"),
        ("kind = 'a'; DROP TABLE item", "not CQL2 text at '; DROP TABLE item'"),
        ("kind = 'a' --", "not CQL2 text"),
        ("nothing = 1", "'nothing' is unknown: use kind, n"),
        ("cop_shape = 1", "'cop_shape' is unknown"),
        ('"id" = 1', "'id' is unknown"),
        ("kind = 3", "kind is compared with text"),
        ("n = 'a'", "n is compared with a whole number"),
        ("kind = n", "compared with"),
        ("many = 'a'", "many cannot be compared"),
        ("geometry = 'a'", "geometry cannot be compared"),
        ("is_on > true", "by = and <>"),
        ("seen_at = '2026'", "is not a moment"),
        ("seen_at = seen_at AND seen_at > kind", "seen_at is compared with a moment"),
        ("kind LIKE 'a\\'", "single backslash"),
        (f"kind LIKE '{'%a' * 11}'", "at most 10 times %"),
        ("n LIKE 'a'", "LIKE compares text"),
        ("kind LIKE kind", "pattern in single quotes"),
        ("CASEI(n) = 'a'", "CASEI takes text"),
        ("x = 1e999", "too large"),
        ("count(n) = 1", "not CQL2 text at '(n) = 1'"),
        ("n + 1 = 2", "not CQL2 text"),
        ("S_INTERSECTS(kind, POINT(1 2))", "asks of geometry"),
        ("S_INTERSECTS(geometry, POINT(1))", "is no shape"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "crosses itself"),
        ("S_INTERSECTS(geometry, BBOX(3, 0, 1, 1))", "BBOX takes"),
        ("S_INTERSECTS(geometry, POINT(1e400 2))", "filter:"),
        ("T_DURING(seen_at, seen_at)", "T_DURING takes"),
        ("T_AFTER(kind, DATE('2026-01-01'))", "kind is compared with text"),
        ("T_AFTER(seen_at, INTERVAL('x', '..'))", "is not a moment"),
        ("T_AFTER(seen_at, INTERVAL(seen_at, '..'))", "INTERVAL takes moments"),
        ("A_CONTAINS(many, ('a'))", "not CQL2 text"),
        ("(" * (MOST_NESTED + 1) + "n = 1" + ")" * (MOST_NESTED + 1), "is nested 31 deep"),
        ("n = 1 OR " * 600 + "n = 1", "has 5405 characters"),
    ],
)
def test_what_is_refused_says_why(text: str, told: str) -> None:
    with pytest.raises(FilterError) as refusal:
        build_condition(text, KINDS)
    assert told in str(refusal.value)


def test_no_value_is_part_of_the_sql() -> None:
    condition = build_condition("kind = 'x); DROP' AND n = 424242 AND kind LIKE 'y%'", KINDS)
    assert not any(word in condition.sql for word in ("DROP", "424242", "y%"))
    assert list(condition.values.values()) == ["x); DROP", 424242.0, "y%"]


TOKENS: Final = (
    "(", ")", "NOT ", "AND ", "OR ", "kind ", "= ", "'a' ", "n ", "1 ", "IN ", "LIKE ", "BETWEEN ",
    "S_INTERSECTS", "geometry", ",", "POINT", "POLYGON", "INTERVAL", "T_AFTER", "seen_at ", "\"",
    "'", "--", "\x00", "CASEI", "IS NULL ", "DATE", "-", "1e9", "true ",
)  # fmt: skip


@given(parts=st.lists(st.sampled_from(TOKENS), max_size=40) | st.lists(st.text(max_size=9)))
def test_whatever_is_written_is_taken_or_refused(
    rows: duckdb.DuckDBPyConnection, parts: list[str]
) -> None:
    text = "".join(parts)
    try:
        condition = build_condition(text, KINDS)
    except FilterError:
        return
    select(rows, condition.sql, condition.values)


@pytest.mark.parametrize(
    "piece", ["(n=1 AND ", "NOT (", "(", "((n=1) OR ", "n=-", "n IN (", "kind = '", "n=1 AND "]
)
def test_the_longest_texts_are_refused_at_once(piece: str) -> None:
    """Other readers need exponential time, or end the process, for such texts."""
    text = piece * (LONGEST_EXPRESSION // len(piece))
    with pytest.raises(FilterError):
        build_condition(text, KINDS)


def test_shapes_are_brought_to_degrees() -> None:
    def swap(shape: Any) -> Any:
        return shapely.transform(shape, lambda xy: xy[:, ::-1])

    found = build_condition("S_INTERSECTS(geometry, POINT(31 -110))", KINDS, to_lon_lat=swap)
    assert list(found.values.values()) == ["POINT (-110 31)"]
