"""Synthetic groups: of whom the people of a crossing or an apprehension are made up."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cop.model.event import COMPOSITION

_KINDS: Final = ("apprehension", "crossing")
# Below one each, so that a group tends to be of one sort; the shares are assumptions.
_SORTS: Final = {"single_adults": 0.9, "family_members": 0.35, "unaccompanied_children": 0.1}


def add_composition(events: pa.RecordBatch, rng: np.random.Generator) -> pa.RecordBatch:
    """Add the composition to raw events; its columns add up to the count, or are null.

    Nobody is a family alone: a single family member counts as a single adult.
    """
    is_kind = pc.is_in(events["kind"].cast(pa.string()), pa.array(_KINDS))
    is_people = pc.equal(events["unit"].cast(pa.string()), "people")
    is_group = pc.and_(is_kind, is_people).to_numpy(zero_copy_only=False)
    people = events["count"].to_numpy()[is_group]
    shares = rng.dirichlet(list(_SORTS.values()), size=len(people))
    parts = rng.multinomial(people, shares).reshape(-1, len(_SORTS))
    adults, family = (list(_SORTS).index(name) for name in ("single_adults", "family_members"))
    alone = parts[:, family] == 1
    parts[:, adults] += alone
    parts[:, family] -= alone
    for name in COMPOSITION:
        column = np.zeros(len(is_group), dtype=np.int32)
        column[is_group] = parts[:, list(_SORTS).index(name)]
        events = events.append_column(name, pa.array(column, mask=~is_group))
    return events
