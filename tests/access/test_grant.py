"""Tests of the grants of a provider: in memory, and in the room for all servers."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cop.access.grant import GrantStore, MemoryGrants, RoomGrants
from cop.access.oidc import ProviderGrant
from cop.settings import StoreSettings
from cop.store.room.expiring import ExpiringRecords
from tests.support.access import NOW

pytestmark = pytest.mark.access

KEY = bytes(range(32))
GRANT = ProviderGrant(
    subject="1", viewer_id="oidc:1", name="Ana", groups=("analysts", "leads"), ends_at=NOW,
    refresh_token="the-refresh-token",  # noqa: S106
)  # fmt: skip


@pytest.fixture
def records(tmp_path: Path) -> Iterator[ExpiringRecords]:
    with closing(ExpiringRecords(StoreSettings(data=tmp_path))) as records:
        yield records


@pytest.mark.parametrize(
    "build", [lambda _: MemoryGrants(), lambda records: RoomGrants(lambda: records, KEY)]
)
def test_a_grant_is_stored_replaced_and_forgotten(
    records: ExpiringRecords, build: Callable[[ExpiringRecords], GrantStore]
) -> None:
    grants = build(records)
    grants.add(b"1", GRANT)
    assert grants.list() == {b"1": GRANT}
    renewed = replace(GRANT, groups=(), refresh_token=None)
    grants.replace(b"1", renewed)
    grants.replace(b"2", renewed)
    assert grants.list() == {b"1": renewed}
    grants.remove(b"1")
    grants.remove(b"1")
    assert grants.list() == {}


def test_grants_in_the_room_are_those_of_every_server(records: ExpiringRecords) -> None:
    first, second = (RoomGrants(lambda: records, KEY) for _ in range(2))
    first.add(b"1", GRANT)
    assert second.list() == {b"1": GRANT}
    assert (first.is_shared, MemoryGrants().is_shared) == (True, False)


def test_the_room_has_no_refresh_token_that_it_could_read(
    records: ExpiringRecords, tmp_path: Path
) -> None:
    grants = RoomGrants(lambda: records, KEY)
    grants.add(b"1", GRANT)
    (content,) = records.list("grant").values()
    assert b"the-refresh-token" not in content
    assert all(b"the-refresh-token" not in path.read_bytes() for path in tmp_path.glob("room*"))
    assert RoomGrants(lambda: records, bytes(32)).list() == {}


def test_a_grant_that_was_changed_or_moved_counts_for_nothing(records: ExpiringRecords) -> None:
    grants = RoomGrants(lambda: records, KEY)
    grants.add(b"1", GRANT)
    grants.add(b"2", GRANT)
    (of_first, _) = records.list("grant").values()
    records.replace("grant", b"2", of_first)
    assert grants.list() == {b"1": GRANT}
    records.replace("grant", b"1", b"short")
    assert grants.list() == {}
