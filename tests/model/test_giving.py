"""Tests of the rules of giving: nothing by default, and what they may not say."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from cop.model.giving import GivingRules

pytestmark = pytest.mark.exchange


def test_rules_give_nothing_until_a_part_is_named() -> None:
    assert GivingRules().gives_nothing
    assert not GivingRules(parts=("events",)).gives_nothing
    assert GivingRules().highest == "TLP:GREEN"


def test_names_are_in_order_and_once() -> None:
    rules = GivingRules(parts=("layers", "events", "events"), kinds=("rescue", "crossing"))
    assert rules.parts == ("events", "layers")
    assert rules.kinds == ("crossing", "rescue")
    assert GivingRules(delay_h=1.5).delay == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"parts": ("people",)}, "parts"), ({"kinds": ("burglary",)}, "kind 'burglary': use"),
        ({"counties": ("",)}, "counties"), ({"counties": ("x" * 81,)}, "counties"),
        ({"margin_km": -1}, "margin_km"), ({"margin_km": 501}, "margin_km"),
        ({"margin_km": float("nan")}, "margin_km"), ({"highest": "TLP:PINK"}, "use one of TLP"),
        ({"delay_h": -1}, "delay_h"), ({"delay_h": float("inf")}, "delay_h"),
        ({"delay_h": 24 * 365 + 1}, "delay_h"), ({"precision": "rough"}, "precision"),
        ({"smallest_count": 0}, "smallest_count"), ({"smallest_count": 1_001}, "smallest_count"),
        ({"secret": True}, "secret"),
    ],
)  # fmt: skip
def test_rules_that_are_not_valid_are_refused(stated: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        GivingRules(**stated)


def test_layers_are_given_with_exact_positions_alone() -> None:
    assert not GivingRules(parts=("events",)).gives_layers
    assert GivingRules(parts=("events",)).layer_words == ""
    assert GivingRules(parts=("layers",)).gives_layers
    assert "smallest count is of events" in GivingRules(parts=("layers",)).layer_words
    coarse = GivingRules(parts=("layers",), precision="1km")
    assert not coarse.gives_layers
    assert "or not at all" in coarse.layer_words
