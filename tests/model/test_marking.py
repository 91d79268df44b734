"""Tests of markings."""

import pytest

from cop.model.marking import MARKINGS, MarkingError, highest_marking

pytestmark = pytest.mark.picture


def test_highest_wins() -> None:
    assert highest_marking([]) == "TLP:CLEAR"
    assert highest_marking(["TLP:GREEN", "TLP:AMBER+STRICT", "TLP:AMBER"]) == "TLP:AMBER+STRICT"
    assert highest_marking(reversed(MARKINGS)) == "TLP:RED"


def test_unknown_marking_is_refused_not_lowered() -> None:
    with pytest.raises(MarkingError, match="SECRET"):
        highest_marking(["TLP:RED", "SECRET"])
