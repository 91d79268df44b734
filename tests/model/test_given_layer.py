"""Tests of what is stated of a layer between servers."""

from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.given_layer import GivenLayer

pytestmark = pytest.mark.exchange
STATED: dict[str, Any] = {
    "number": 3, "origin": "SO-1", "record": "a" * 32, "path": ("SO-1", "DPS"), "hops_left": 0,
    "declared": {"title": "Towers"},
}  # fmt: skip


def test_it_is_known_by_origin_and_record_and_names_its_file_by_them() -> None:
    found = GivenLayer.model_validate(STATED)
    assert found.key == ("SO-1", "a" * 32)
    assert found.file == f"layers/{'a' * 32}-so-1.parquet"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("DPS",), "does not begin at SO-1"),
        (("SO-1", "SO-1"), "each once"),
        (("SO-1", "../x"), "one of agencies"),
        ((), "at least 1 item"),
    ],
)
def test_its_path_is_one_of_agencies_from_its_origin(path: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        GivenLayer.model_validate(STATED | {"path": path})
