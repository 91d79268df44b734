"""The columns of the features of an uploaded layer: what is in each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cop.model.uploaded import Attribute
from cop.store.engine import Cursor, fetch, quote


@dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """What is in a column: how many different values, those that are most frequent, quantiles."""

    name: str
    kind: str
    distinct: int
    frequent: tuple[tuple[str, int], ...] = ()
    quantiles: tuple[float, ...] = ()
    whole: bool = False


def describe_columns(
    cursor: Cursor, file: Path, attributes: Sequence[Attribute], *, most: int, steps: int
) -> list[ColumnFacts]:
    """Look into the columns of features: up to ``most`` frequent values, ``steps`` quantiles."""
    return [_describe(cursor, file, attribute, most, steps) for attribute in attributes]


def _describe(
    cursor: Cursor, file: Path, attribute: Attribute, most: int, steps: int
) -> ColumnFacts:
    name, values = quote(attribute.name), {"file": str(file)}
    ((distinct,),) = fetch(
        cursor, f"SELECT approx_count_distinct({name}) FROM read_parquet($file)", values
    )
    frequent: list[Any] = []
    quantiles: list[float] = []
    whole = attribute.kind == "BIGINT"
    if attribute.kind in ("BIGINT", "DOUBLE"):
        shares = [(i + 1) / (steps + 1) for i in range(steps)]
        found = fetch(
            cursor,
            f"SELECT quantile_cont({name}::DOUBLE, {shares}) FROM read_parquet($file)",
            values,
        )[0][0]
        quantiles = [] if found is None else found
    if attribute.kind in ("VARCHAR", "BOOLEAN", "BIGINT"):
        frequent = fetch(
            cursor,
            f"SELECT {name}::VARCHAR, count(*) FROM read_parquet($file) "
            f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $most",
            {**values, "most": most},
        )
    return ColumnFacts(
        name=attribute.name,
        kind=attribute.kind,
        distinct=distinct,
        frequent=tuple(frequent),
        quantiles=tuple(quantiles),
        whole=whole,
    )
