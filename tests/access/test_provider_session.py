"""Tests of sessions that a provider vouches for: prolonged, changed, ended."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from cop.access.event import AccessRecorder
from cop.access.oidc import ProviderGrant
from cop.access.policy import Policy, read_policy
from cop.access.provider_session import ProviderSessions
from cop.errors import AccessError, AuditError, ProviderError, StoreError
from cop.model.audit import Actor
from cop.resource import package_path
from tests.support.access import NOW, OwnAccess, Recorded

pytestmark = pytest.mark.access

GRANT = ProviderGrant(
    subject="1", viewer_id="oidc:1", name="Ana", groups=("analysts",),
    ends_at=NOW + timedelta(minutes=10), refresh_token="r1",  # noqa: S106
)  # fmt: skip


class Scripted:
    """A provider that answers as a test says."""

    def __init__(self) -> None:
        self.answer: ProviderGrant | Exception = GRANT
        self.revoked: list[str | None] = []
        self.asked = 0

    def refresh(self, _grant: ProviderGrant) -> ProviderGrant:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def revoke(self, grant: ProviderGrant) -> None:
        self.revoked.append(grant.refresh_token)


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["groups"] = {
        "analysts": {"agency": "JTF", "roles": ["analyst"]},
        "county": {"agency": "SO-1", "roles": ["viewer"]},
    }
    path = tmp_path / "access.yaml"
    path.write_text(yaml.safe_dump(stored))
    return read_policy(path)


@pytest.fixture
def own(tmp_path: Path, policy: Policy) -> Iterator[OwnAccess]:
    own = OwnAccess(tmp_path / "w", policy=policy)
    yield own
    own.close()


class Kept:
    def __init__(
        self, own: OwnAccess, policy: Policy, record: AccessRecorder | None = None
    ) -> None:
        self.own, self.provider = own, Scripted()
        self.recorded = Recorded()
        self.kept = ProviderSessions(
            self.provider,  # type: ignore[arg-type]
            policy,
            record=record or self.recorded,
        )
        self.token = own.sessions.issue(self.kept.to_viewer(GRANT), ends_at=GRANT.ends_at)
        self.kept.keep(self.token, GRANT)

    def look(self) -> frozenset[str] | None:
        self.kept.look(self.own.sessions)
        viewer = self.own.sessions.find(self.token)
        return None if viewer is None else viewer.roles


@pytest.fixture
def kept(own: OwnAccess, policy: Policy) -> Kept:
    return Kept(own, policy)


def test_a_session_is_prolonged_and_its_rights_change(kept: Kept) -> None:
    later = NOW + timedelta(minutes=20)
    kept.provider.answer = replace(GRANT, ends_at=later, groups=("county",), name="Ana B")
    assert kept.look() == {"viewer"}
    kept.own.clock.go_on(minutes=15)
    viewer = kept.own.sessions.find(kept.token)
    assert viewer is not None
    assert (viewer.name, viewer.agency, viewer.highest) == ("Ana B", "SO-1", "TLP:AMBER")
    kept.own.clock.go_on(minutes=5)
    assert kept.own.sessions.find(kept.token) is None


def test_no_session_is_prolonged_beyond_the_longest(kept: Kept) -> None:
    kept.provider.answer = replace(GRANT, ends_at=NOW + timedelta(days=30))
    for _ in range(24):
        assert kept.look() is not None
        kept.own.clock.go_on(minutes=30)
    assert kept.look() is None


@pytest.mark.parametrize(
    "answer", [AccessError("revoked"), replace(GRANT, groups=()), replace(GRANT, groups=("x",))]
)
def test_a_session_that_is_no_longer_granted_ends(
    kept: Kept, answer: ProviderGrant | Exception
) -> None:
    kept.provider.answer = answer
    assert kept.look() is None
    kept.provider.answer = GRANT
    assert kept.look() is None
    assert kept.provider.asked == 1


@pytest.mark.parametrize("fault", [ProviderError("away"), StoreError("locked")])
def test_while_the_provider_is_away_a_session_goes_on_to_its_end(
    kept: Kept, fault: Exception
) -> None:
    kept.provider.answer = fault
    assert kept.look() == {"analyst"}
    kept.own.clock.go_on(minutes=10)
    assert kept.look() is None


def test_the_token_of_who_signed_out_is_given_back(kept: Kept) -> None:
    kept.own.sessions.revoke(kept.token)
    assert kept.look() is None
    assert kept.provider.revoked == ["r1"]
    kept.look()
    assert (kept.provider.revoked, kept.provider.asked) == (["r1"], 0)


def test_without_a_refresh_token_nobody_is_asked(kept: Kept) -> None:
    other = kept.own.sessions.issue(kept.kept.to_viewer(GRANT), ends_at=GRANT.ends_at)
    kept.kept.keep(other, replace(GRANT, refresh_token=None))
    kept.look()
    assert kept.provider.asked == 1


def test_sessions_of_an_earlier_process_can_be_ended(kept: Kept) -> None:
    kept.own.add()
    local = kept.own.accounts.find_viewer("local:ana")
    assert local is not None
    mine = kept.own.sessions.issue(local)
    assert kept.own.sessions.end_origin("oidc") == 1
    assert kept.own.sessions.find(kept.token) is None
    assert kept.own.sessions.find(mine) is not None


def test_shown_what_the_provider_ends_or_changes_is_recorded(kept: Kept) -> None:
    kept.provider.answer = replace(GRANT, name="Ana B")
    assert kept.look() == {"analyst"}
    assert kept.recorded.events == [], "a session that goes on is nothing new"
    kept.provider.answer = replace(GRANT, groups=("county",))
    kept.look()
    kept.provider.answer = AccessError("revoked")
    kept.look()
    kept.look()
    assert [(e["who"], e["action"], e["subject"], e["outcome"]) for e in kept.recorded.events] == [
        ("provider", "rights changed by provider", "oidc:1 of SO-1: viewer", "done"),
        ("provider", "session ended by provider", "oidc:1", "done"),
    ]


def test_a_session_ends_also_while_nothing_can_be_recorded(own: OwnAccess, policy: Policy) -> None:
    told: list[str] = []
    faults = [AuditError("full"), AuditError("full")]

    def record(_actor: Actor, action: str, _subject: str, **_rest: object) -> int:
        if faults:
            raise faults.pop()
        told.append(action)
        return len(told)

    kept = Kept(own, policy, record)
    kept.provider.answer = AccessError("revoked")
    assert kept.look() is None
    assert told == []
    for _ in range(3):
        kept.look()
    assert told == ["session ended by provider"], "it is recorded as soon as that can be"


def test_a_provider_that_is_slow_for_each_is_asked_for_many_at_once(kept: Kept) -> None:
    together = threading.Barrier(8)

    def refresh(grant: ProviderGrant) -> ProviderGrant:
        together.wait(timeout=60)
        return grant

    kept.provider.refresh = refresh  # type: ignore[method-assign]
    viewer = kept.kept.to_viewer(GRANT)
    for _ in range(7):
        kept.kept.keep(kept.own.sessions.issue(viewer, ends_at=GRANT.ends_at), GRANT)
    assert kept.look() == {"analyst"}
    assert not together.broken
