"""Who acts in a browser."""

import pytest

from cop.access.audit.visitor import name_visitor

pytestmark = pytest.mark.access


@pytest.mark.parametrize("address", [None, "", "127.0.0.1", "::1", "127.3.3.3"])
def test_at_this_machine_it_is_the_operator(address: str | None) -> None:
    actor = name_visitor("Ana", address)
    assert (actor.who, actor.name, actor.origin) == ("operator", "Ana", "this machine")


@pytest.mark.parametrize("address", ["10.0.0.7", "fe80::1", "testclient"])
def test_elsewhere_it_is_somebody_with_the_room_key(address: str) -> None:
    actor = name_visitor("Ana", address)
    assert (actor.who, actor.origin, actor.address) == ("room", "room key", address)
    assert actor.roles == ()
