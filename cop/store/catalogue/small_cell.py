"""Cells of a month, county and kind with so few events that a release leaves them out.

Real and synthetic events are counted apart: neither fills the cell of the other. The cells are
the same whatever is asked: were they those of a filter, two filters that differ by an hour would
tell of the one event between them.
"""

from typing import Final

TABLE: Final = "rollup_small"
CREATE: Final = (
    f"CREATE OR REPLACE TABLE {TABLE} "
    "(list INTEGER, month TIMESTAMP, sector VARCHAR, county VARCHAR, kind VARCHAR, "
    "synthetic BOOLEAN)"
)
_PLACE: Final = "coalesce(sector, '') AS sector, coalesce(county, '') AS county, kind, synthetic"


def insert_sql(days: str) -> str:
    """Return SQL that lists, under $list, the cells with fewer events than $smallest_count.

    ``days`` is a relation of daily counts.
    """
    return (
        f"INSERT INTO {TABLE} SELECT $list, date_trunc('month', day), {_PLACE} "
        f"FROM {days} GROUP BY ALL HAVING sum(n) < $smallest_count"
    )


def in_list(number: int, month: str) -> str:
    """Return the condition that a row lies in a cell of a list; ``month`` is its month, as SQL."""
    cell = f"(coalesce(sector, ''), coalesce(county, ''), kind, synthetic, {month})"
    listed = f"SELECT (sector, county, kind, synthetic, month) FROM {TABLE} WHERE list = {number}"
    return f"{cell} IN ({listed})"
