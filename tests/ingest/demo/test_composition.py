"""Tests of synthetic groups: they add up to the people counted."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cop.ingest.demo.composition import add_composition
from cop.model.event import COMPOSITION

pytestmark = pytest.mark.sources


def events(n: int = 3_000) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    kinds = rng.choice(["apprehension", "crossing", "rescue", "seizure"], n)
    return pd.DataFrame(
        {
            "kind": kinds,
            "count": rng.integers(1, 40, n),
            "unit": np.where(kinds == "seizure", "kg", "people"),
        }
    )


def groups_of(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    batch = pa.RecordBatch.from_pandas(frame, preserve_index=False)
    whole = add_composition(batch, np.random.default_rng(seed))
    assert whole.select(batch.schema.names).equals(batch)
    return whole.select(list(COMPOSITION)).to_pandas()


def test_groups_add_up_to_the_people_counted() -> None:
    frame = events()
    groups = groups_of(frame, 1)
    assert list(groups) == list(COMPOSITION)
    counted = frame["kind"].isin(["apprehension", "crossing"])
    assert (groups[counted].sum(axis=1) == frame.loc[counted, "count"]).all()
    assert groups[~counted].isna().all().all()
    assert not (groups["family_members"] == 1).any()
    assert (groups[counted].sum() > 0).all()


def test_equal_seeds_give_equal_groups() -> None:
    first, second = (groups_of(events(), 7) for _ in range(2))
    assert first.equals(second)


def test_no_events_no_groups() -> None:
    assert groups_of(events(0), 1).empty
