"""Tests of synthetic groups: they add up to the people counted."""

import numpy as np
import pandas as pd
import pytest

from cop.ingest.demo.composition import build_composition
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
        },
        index=np.arange(n) + 100,
    )


def test_groups_add_up_to_the_people_counted() -> None:
    frame = events()
    groups = build_composition(frame, np.random.default_rng(1))
    assert list(groups) == list(COMPOSITION)
    assert groups.index.equals(frame.index)
    counted = frame["kind"].isin(["apprehension", "crossing"])
    assert (groups[counted].sum(axis=1) == frame.loc[counted, "count"]).all()
    assert groups[~counted].isna().all().all()
    assert not (groups["family_members"] == 1).any()
    assert (groups[counted].sum() > 0).all()


def test_equal_seeds_give_equal_groups() -> None:
    first, second = (build_composition(events(), np.random.default_rng(7)) for _ in range(2))
    assert first.equals(second)


def test_no_events_no_groups() -> None:
    assert build_composition(events(0), np.random.default_rng(1)).empty
