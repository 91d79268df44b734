"""What another agency would not see, and why."""

from collections import Counter
from dataclasses import replace

import pytest

from cop.model.release import Release
from cop.query.service import QueryService
from cop.query.table import count_events
from cop.query.withheld import read_withheld
from tests.store.release.conftest import released, released_dir  # noqa: F401 fixtures
from tests.support.released import RELEASES, release_to

pytestmark = pytest.mark.access


@pytest.mark.parametrize("release", RELEASES[::3], ids=str)
def test_what_is_withheld_and_what_is_seen_are_everything(
    released: QueryService,  # noqa: F811
    release: Release,
) -> None:
    view = released.view()
    withheld = sum(g.n for g in read_withheld(released, view, release) if g.what == "Events")
    other = released.released_to(release)
    everything = count_events(released, view, None)
    assert withheld + count_events(other, other.view(), None) == everything


def test_each_group_says_why(released: QueryService) -> None:  # noqa: F811
    found = read_withheld(released, released.view(), release_to("CBP", "TLP:GREEN"))
    reasons = Counter(group.reason for group in found)
    assert reasons["source TLP:AMBER is above TLP:GREEN"]
    assert reasons["not released to CBP"]
    assert reasons["TLP:RED is above TLP:GREEN"]
    (camp,) = (group for group in found if group.what == "Places")
    assert (camp.n, camp.marking) == (1, "TLP:AMBER//REL TO DPS, PCSO")


def test_who_looks_as_another_sees_what_both_may_read(released: QueryService) -> None:  # noqa: F811
    own, other = release_to("JTF", "TLP:RED"), release_to("DPS")
    seen = other.seen_by(own)
    for marking in ("TLP:AMBER", "TLP:RED", "TLP:GREEN//REL TO DPS", "TLP:GREEN//REL TO DPS, JTF"):
        assert seen.admits(marking) == (own.admits(marking) and other.admits(marking))
    assert other.seen_by(None) == other
    service = released.released_to(seen)
    assert (
        0
        < count_events(service, service.view(), None)
        < count_events(released.released_to(own), released.released_to(own).view(), None)
    )
    assert replace(seen, shown_to="") == other
