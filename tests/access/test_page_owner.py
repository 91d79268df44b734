"""Whose an open page is."""

from dataclasses import replace

import pytest

from cop.access.page_owner import PageOwners
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

ANA = replace(shipped_policy().operator(), id="local:ana", agency="JTF", highest="TLP:RED")


def test_a_page_is_of_whom_it_was_drawn_for_with_the_rights_of_then() -> None:
    owners = PageOwners()
    assert owners.take("one", ANA)
    assert owners.take("one", replace(ANA, name="Ana Lee"))
    assert owners.is_of("one", replace(ANA, name="Ana Lee"))
    for other in (
        replace(ANA, id="local:ben"), replace(ANA, highest="TLP:GREEN"),
        replace(ANA, agency="SO-1"),
        replace(ANA, roles=frozenset({"viewer"})), replace(ANA, view_as="SO-1"), None,
    ):  # fmt: skip
        assert not owners.is_of("one", other)
    assert not owners.is_of("another", ANA)


def test_the_first_owner_stays_the_owner() -> None:
    owners, lowered = PageOwners(), replace(ANA, highest="TLP:GREEN")
    assert owners.take("one", ANA)
    assert not owners.take("one", lowered)
    assert not owners.is_of("one", lowered)
    assert owners.is_of("one", ANA)
    assert owners.take("another", lowered)


def test_the_earliest_of_very_many_are_forgotten() -> None:
    owners = PageOwners()
    for n in range(5_000):
        owners.take(str(n), ANA)
    assert owners.is_of("4999", ANA)
    assert not owners.is_of("0", ANA)
