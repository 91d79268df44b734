"""Synthetic groups: of whom the people of a crossing or an apprehension are made up."""

from typing import Final

import numpy as np
import pandas as pd

from cop.model.event import COMPOSITION

_KINDS: Final = ("apprehension", "crossing")
# Below one each, so that a group tends to be of one sort; the shares are assumptions.
_SORTS: Final = {"single_adults": 0.9, "family_members": 0.35, "unaccompanied_children": 0.1}


def build_composition(events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give the composition columns of raw events; they add up to the count, or are empty.

    Nobody is a family alone: a single family member counts as a single adult.
    """
    counted = (events["kind"].isin(_KINDS) & (events["unit"] == "people")).to_numpy()
    people = events["count"].to_numpy(np.int64)[counted]
    shares = rng.dirichlet(list(_SORTS.values()), size=len(people))
    parts = pd.DataFrame(rng.multinomial(people, shares), columns=list(_SORTS))
    alone = parts["family_members"] == 1
    parts["single_adults"] += alone
    parts["family_members"] -= alone
    table = pd.DataFrame(pd.NA, index=events.index, columns=list(COMPOSITION), dtype="Int64")
    table.loc[counted, list(_SORTS)] = parts.to_numpy()
    return table
