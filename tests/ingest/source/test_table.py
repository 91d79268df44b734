"""Tests of handing a table over in bounded batches."""

import pandas as pd
import pytest

from cop.ingest.source import table as module
from cop.ingest.source.table import cut_batches

pytestmark = pytest.mark.house


@pytest.mark.parametrize(("rows", "sizes"), [(0, [0]), (4, [4]), (5, [4, 1]), (8, [4, 4])])
def test_batches_are_bounded_and_at_least_one(
    monkeypatch: pytest.MonkeyPatch, rows: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 4)
    table = pd.DataFrame({"a": range(rows)})
    batches = list(cut_batches(table))
    assert [len(batch) for batch in batches] == sizes
    assert all(batch.index.tolist() == list(range(len(batch))) for batch in batches)
    assert pd.concat(batches)["a"].tolist() == list(range(rows))
