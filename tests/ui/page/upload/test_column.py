"""What columns mean: the answers of the page and the words of a profile."""

from typing import Any

import pytest

from cop.ui.page.upload.column import answers_of, read_number
from tests.support.mapping import MAPPING

pytestmark = pytest.mark.layers


@pytest.mark.parametrize(
    ("given", "number"),
    [("3", 3), ("2,5", 2.5), ("-1e3", -1000), ("inf", None), ("nan", None), ("three", None)],
)
def test_a_typed_number_is_whole_where_it_can_be(given: str, number: float | None) -> None:
    found = read_number(given)
    assert found == number
    assert type(found) is type(number)


def test_a_saved_mapping_answers_every_widget() -> None:
    answers = answers_of(MAPPING["declared"])
    assert answers["map-events-kind"] == "column:what"
    assert answers["map-events-kind-word-what-heat"] == "rescue"
    assert answers["map-events-unit"] == "every:people"
    assert answers["map-events-uncertainty_m"] is None
    assert (answers["map-precision"], answers["map-attributes"]) == ("minute", ["what"])


def test_a_value_for_every_row_is_typed() -> None:
    declared: dict[str, Any] = {"kind": "sensors", "values": {"range_m": 8000, "kind": "tower"}}
    answers = answers_of(declared)
    assert (answers["map-sensors-range_m"], answers["map-sensors-range_m-value"]) == (
        "every:", "8000",
    )  # fmt: skip
    assert answers["map-sensors-kind"] == "every:tower"
