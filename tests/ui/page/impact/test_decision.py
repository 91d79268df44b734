"""The form's key changes with what would be decided."""

import pytest

from cop.model.impact import Impact
from cop.ui.page.impact.decision import name_form
from tests.support.impact import NOW, QUIET, make_proposal

pytestmark = pytest.mark.forecast


def impact(segment: str = QUIET, level: str = "high") -> Impact:
    return Impact(proposal=make_proposal(segment, level), decision=None, now=NOW)


def test_a_key_is_of_these_segments_at_these_levels() -> None:
    assert name_form([impact()]) == name_form([impact()])
    others = [[impact("TCA-0011")], [impact(level="low")], [impact(), impact("TCA-0011")]]
    assert len({name_form(chosen) for chosen in ([impact()], *others)}) == 4
