"""Ids of features: the chosen column's, else a hash of the content; unique, the same each time."""

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from cop.ingest.source.base.opened import Shapes

_SIZE = 8
_UNIT, _NOTHING = b"\x1f", b"\x00"
_MOST_ID = 200


@dataclass
class Identity:
    """Makes ids, remembering 8 bytes of each so that none comes twice."""

    repeated: int = 0
    _seen: npt.NDArray[np.uint64] = field(default_factory=lambda: np.array([], dtype=np.uint64))
    _ordinals: dict[str, int] = field(default_factory=dict)

    def name_rows(
        self, chosen: pa.Array | None, cells: list[pa.Array], shapes: Shapes | None, count: int
    ) -> pa.Array:
        """Return the ids of rows: ``chosen`` where filled, else of the cells and the shape."""
        names: list[str] = [] if chosen is None else [_as_id(v) for v in chosen.to_pylist()]
        if not names or "" in names:
            hashed = hash_rows(cells, shapes, count)
            names = [one or other for one, other in zip(names or [""] * count, hashed, strict=True)]
        return pa.array(self._part(names, is_chosen=chosen is not None), pa.string())

    def _part(self, names: list[str], *, is_chosen: bool) -> list[str]:
        """Number the names that come again."""
        keys = _keys(names)
        places = np.searchsorted(self._seen, keys)
        known = places < len(self._seen)
        known[known] = self._seen[places[known]] == keys[known]
        _, first = np.unique(keys, return_index=True)
        fresh = np.zeros(len(keys), dtype=bool)
        fresh[first] = True
        again = np.flatnonzero(known | ~fresh)
        self.repeated += len(again) if is_chosen else 0
        self._seen = np.sort(np.concatenate([self._seen, keys[fresh & ~known]]))
        for row in again:
            names[row] = self._number(names[row])
        return names

    def _number(self, name: str) -> str:
        number = self._ordinals.get(name, 1)
        while True:
            number += 1
            candidate = f"{name}-{number}"
            key = _keys([candidate])
            place = int(np.searchsorted(self._seen, key)[0])
            if place == len(self._seen) or self._seen[place] != key[0]:
                self._ordinals[name] = number
                self._seen = np.insert(self._seen, place, key[0])
                return candidate


def hash_rows(cells: list[pa.Array], shapes: Shapes | None, count: int) -> list[str]:
    """Return a hash of each row's cells and shape, 16 hexadecimal digits (BLAKE2b)."""
    parts = [_as_bytes(array) for array in cells]
    if shapes is not None:
        parts.append(pa.array(shapely.to_wkb(shapes, byte_order=1), pa.large_binary()))
    parts.append(pa.array([b""] * count, pa.large_binary()))
    joined = pc.binary_join_element_wise(
        *parts, pa.scalar(_UNIT, pa.large_binary()),
        null_handling="replace", null_replacement=_NOTHING,
    )  # fmt: skip
    return [blake2b(row, digest_size=_SIZE).hexdigest() for row in joined.to_pylist()]


def _as_bytes(array: pa.Array) -> pa.Array:
    return array.cast(pa.string()).cast(pa.binary()).cast(pa.large_binary())


def _as_id(value: object) -> str:
    return "" if value is None else str(value).strip()[:_MOST_ID]


def _keys(names: list[str]) -> npt.NDArray[np.uint64]:
    packed = b"".join(
        blake2b(n.encode("utf-8", "replace"), digest_size=_SIZE).digest() for n in names
    )
    return np.frombuffer(packed, dtype="<u8").astype(np.uint64)
