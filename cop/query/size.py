"""How much memory an answer takes, as far as a cache has to know."""

import sys
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

_LEAST: Final = 48
_LOOKED_AT: Final = 50
"""Of the parts of a long list: the others are taken to be like these."""
_SHARED: Final = (type(None), bool, int, float)
_POSITION_BYTES: Final = 16
_TEXT_BYTES: Final = 64
"""Of a text in a column of objects, without looking at each."""


def estimate_bytes(answer: object) -> int:
    """Return about how many bytes an answer takes; what several answers share counts in each."""
    return int(_estimate(answer, set()))


def _estimate(one: object, seen: set[int]) -> float:
    if isinstance(one, _SHARED):
        return _LEAST / 2
    if id(one) in seen:
        return 0
    seen.add(id(one))
    known = _known_bytes(one)
    if known is not None:
        return _LEAST + known
    parts = _parts(one)
    looked_at = parts[:: max(1, len(parts) // _LOOKED_AT)]
    share = len(parts) / max(1, len(looked_at))
    return sys.getsizeof(one, _LEAST) + share * sum(_estimate(part, seen) for part in looked_at)


def _known_bytes(one: object) -> int | None:
    if isinstance(one, np.ndarray):
        return one.nbytes + (one.size * _TEXT_BYTES if one.dtype == object else 0)
    if isinstance(one, pd.DataFrame):
        kinds = one.dtypes.astype(str)
        texts = int(kinds.isin(["object", "str", "string", "geometry"]).sum())
        positions = sum(
            int(shapely.get_num_coordinates(one[name].to_numpy()).sum())
            for name in kinds.index[kinds == "geometry"]
        )
        cells = int(one.memory_usage(deep=False).sum()) + len(one) * texts * _TEXT_BYTES
        return cells + positions * _POSITION_BYTES
    if isinstance(one, pd.Series | pd.Index):
        return int(one.memory_usage(deep=False)) + len(one) * _TEXT_BYTES
    if isinstance(one, pa.Table | pa.Array | pa.ChunkedArray):
        return int(one.nbytes)
    if isinstance(one, BaseGeometry):
        return _TEXT_BYTES + _POSITION_BYTES * int(shapely.get_num_coordinates(one))
    return len(one) if isinstance(one, str | bytes) else None


def _parts(one: object) -> list[object]:
    if isinstance(one, Mapping):
        return [*one.keys(), *one.values()]
    if isinstance(one, list | tuple | AbstractSet):
        return [*one]
    if is_dataclass(one) and not isinstance(one, type):
        return [getattr(one, field.name) for field in fields(one)]
    return []
