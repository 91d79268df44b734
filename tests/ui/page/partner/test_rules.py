"""Tests of rules of giving in one line, and of the form for them."""

import pytest

from cop.model.giving import GivingRules
from cop.ui.page.partner.rules import describe_rules

pytestmark = pytest.mark.exchange


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({}, "nothing"),
        ({"parts": ("events",)}, "events, up to TLP:GREEN, everywhere, exact position"),
        (
            {
                "parts": ("layers", "events"),
                "counties": ("Pima, AZ", "Cochise, AZ"),
                "highest": "TLP:AMBER",
                "precision": "sector",
            },
            "events and layers, up to TLP:AMBER, 2 counties, one point for the sector, no "
            "layers at this precision",
        ),
    ],
)
def test_rules_are_one_line(stated: dict[str, object], words: str) -> None:
    assert describe_rules(GivingRules(**stated)) == words
