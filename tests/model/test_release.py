"""What a release admits: labels up to the highest, and of named agencies its own."""

from dataclasses import replace

import pytest

from cop.model.marking import MARKINGS, MarkingError
from cop.model.release import Release, admits
from tests.support.released import RELEASES, may_read

pytestmark = pytest.mark.access

NAMED = ("", "//REL TO JTF", "//REL TO DPS, PCSO", "//REL TO CBP, DPS, HCSO, JTF, PCSO")


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_a_release_admits_what_the_rules_say(release: Release) -> None:
    for label in MARKINGS:
        for named in NAMED:
            assert release.admits(label + named) == may_read(release, label + named)


@pytest.mark.parametrize("marking", [None, "", "TLP:BLUE", "AMBER", "TLP:CLEAR//NOT RELEASABLE"])
def test_what_has_no_marking_that_can_be_read_is_admitted_to_nobody(marking: str | None) -> None:
    assert not Release(agency="JTF", highest="TLP:RED").admits(marking)
    assert admits(None, marking)


def test_a_release_of_no_agency_or_label_is_refused() -> None:
    with pytest.raises(MarkingError, match="agency 'jtf'"):
        Release(agency="jtf")
    with pytest.raises(MarkingError, match="TLP:BLUE"):
        Release(agency="JTF", highest="TLP:BLUE")
    assert Release(agency="JTF", highest="TLP:RED").reads_unmarked
    assert not Release(agency="JTF").reads_unmarked


@pytest.mark.parametrize(("theirs", "own"), [(True, False), (False, True), (True, True)])
def test_who_looks_as_another_has_the_names_that_both_may_have(theirs: bool, own: bool) -> None:
    other = replace(Release(agency="DPS"), names_withheld=theirs)
    seen = other.seen_by(replace(Release(agency="SO-1", highest="TLP:GREEN"), names_withheld=own))
    assert seen.names_withheld is (theirs and own)
    assert (seen.agency, seen.shown_to, seen.highest) == ("DPS", "SO-1", "TLP:GREEN")
