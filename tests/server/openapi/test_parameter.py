"""Tests of parameters: those of the filter are described, and repeat where the filter takes it."""

import pytest

from cop.model.filter import MOST_VALUES, REPEATABLE, SINGLE
from cop.model.trial import MOST_TRIALS
from cop.server.endpoint.request import SNAPSHOT_PARAMETERS
from cop.server.openapi.parameter import FILTER, KNOWN_AT, LON, PROBED, SNAPSHOT

pytestmark = pytest.mark.access


def test_the_parameters_of_the_filter_are_described() -> None:
    repeats = {one.name: one.repeats for one in FILTER}
    named = dict.fromkeys(REPEATABLE, MOST_VALUES) | {"whatif": MOST_TRIALS}
    assert repeats == dict.fromkeys(SINGLE, 1) | named
    assert tuple(one.name for one in SNAPSHOT) == SNAPSHOT_PARAMETERS


def test_a_parameter_that_repeats_is_an_array_of_its_values() -> None:
    (once, often) = LON.to_json(), PROBED.to_json()
    assert once["schema"] == {"type": "number", "minimum": -180, "maximum": 180}
    assert (once["required"], "style" in once) == (True, False)
    assert often["schema"]["type"] == "array"
    assert often["schema"]["maxItems"] == PROBED.repeats
    assert (often["style"], often["explode"]) == ("form", True)
    assert "example" not in KNOWN_AT.to_json()
