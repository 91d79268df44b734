"""Ids of features: chosen or of the content, unique, the same each time."""

import numpy as np
import pyarrow as pa
import pytest
import shapely

from cop.ingest.upload.identity import Identity, hash_rows

pytestmark = pytest.mark.layers


def test_chosen_ids_stay_and_those_that_come_again_are_numbered_across_batches() -> None:
    identity = Identity()
    first = identity.name_rows(pa.array([" a ", "b", "a"]), [], None, 3)
    assert first.to_pylist() == ["a", "b", "a-2"]
    second = identity.name_rows(pa.array(["a", "a-2", "c"]), [], None, 3)
    assert second.to_pylist() == ["a-3", "a-2-2", "c"]
    assert identity.repeated == 3


def test_a_blank_id_is_a_hash_of_the_content() -> None:
    cells = [pa.array(["x", "y"]), pa.array([1, None])]
    shapes = np.array([shapely.Point(1, 2), shapely.Point(1, 2)])
    names = Identity().name_rows(pa.array(["a", None]), cells, shapes, 2).to_pylist()
    assert names == ["a", hash_rows(cells, shapes, 2)[1]]


def test_rows_of_the_same_content_are_numbered_but_not_reported() -> None:
    identity = Identity()
    one, other, again = identity.name_rows(None, [pa.array(["x", "y", "x"])], None, 3).to_pylist()
    assert (again, identity.repeated) == (f"{one}-2", 0)
    assert other != one


def test_a_hash_tells_blank_cells_and_neighbors_apart() -> None:
    def hashed(left: str | None, right: str | None) -> str:
        return hash_rows([pa.array([left]), pa.array([right], pa.string())], None, 1)[0]

    assert len({hashed("a", "b"), hashed("ab", ""), hashed("", "ab"), hashed("ab", None)}) == 4
    assert hashed("a", "b") == hashed("a", "b") == "e7c499ae5fb76187"
