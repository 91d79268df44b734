"""Tests of the digest: blind to order and dtype, never to a value."""

import pandas as pd
import pytest

from cop.bench.answer import DisagreementError, build_digest, check_agreement
from cop.bench.case import Case
from cop.model.filter import Filter

pytestmark = pytest.mark.store

CELLS = pd.DataFrame({"cx": [1, 2, 2], "cy": [5, 6, 6], "n": [1, 2, 2], "count": [3, 4, 4]})
POINTS = pd.DataFrame(
    {
        "lon": [-111.5, -110.25],
        "lat": [31.5, 32.0],
        "occurred_at": pd.to_datetime(["2024-01-02T03:04:05", "2024-02-03T00:00:00"]),
        "kind": ["death", "rescue"],
        "count": [1, 7],
    }
)


def test_order_dtype_and_spare_columns_change_nothing() -> None:
    turned = CELLS.iloc[::-1].astype({"n": "float64", "cx": "uint32"}).assign(spare=0)
    assert build_digest("cells", turned) == build_digest("cells", CELLS)
    retyped = POINTS.astype({"kind": "category", "occurred_at": "datetime64[ms]"})
    assert build_digest("points", retyped) == build_digest("points", POINTS)


def test_every_value_counts() -> None:
    known = build_digest("points", POINTS)
    for name, value in (("lon", -111.5000001), ("kind", "drone"), ("count", 2)):
        changed = POINTS.copy()
        changed.loc[0, name] = value
        assert build_digest("points", changed) != known
    swapped = POINTS.assign(kind=["rescue", "death"])
    assert build_digest("points", swapped) != known


def test_a_row_twice_is_not_a_row_once() -> None:
    assert build_digest("cells", CELLS) != build_digest("cells", CELLS.drop_duplicates())


def test_a_disagreement_names_query_parameters_and_peer() -> None:
    case = Case(query="Q3", filter=Filter(sectors=("TCA",)))
    ours, theirs = build_digest("cells", CELLS), build_digest("cells", CELLS.head(1))
    check_agreement(case, ours, "polars", ours)
    with pytest.raises(DisagreementError, match=r"Q3 sector=TCA: .*3 rows.*polars gives 1 rows"):
        check_agreement(case, ours, "polars", theirs)
