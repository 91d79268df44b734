"""Tests of the desk of a TAK server: what changed is staged, and each step is recorded first."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cop.access.audit.log import AuditLog
from cop.access.policy import read_policy
from cop.app import open_service
from cop.errors import AuditError
from cop.exchange.key import read_keys
from cop.exchange.tak.declaration import read_declaration
from cop.exchange.tak.desk import WarehouseDesk
from cop.exchange.tak.incoming import TakTaker
from cop.exchange.tak.outgoing import TakGiver
from cop.model.audit import Actor, AuditEntry
from cop.resource import package_path
from cop.settings import StoreSettings
from tests.exchange.tak.test_incoming import report
from tests.support.access import SetClock
from tests.support.record import make_frame
from tests.support.store import mark_all, publish_events
from tests.support.tak import read_types, write_policy, write_tak_file
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
NOW = datetime(2026, 11, 24, 18, 30)


@pytest.fixture
def settings(bare_warehouse: Path, tmp_path: Path) -> StoreSettings:
    return StoreSettings(data=copy_warehouse(bare_warehouse, tmp_path / "own"), threads=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def desk(settings: StoreSettings, tmp_path: Path, clock: SetClock) -> Iterator[WarehouseDesk]:
    policy = read_policy(write_policy(tmp_path))
    types = package_path("data", "tak.yaml")
    declared = read_declaration(write_tak_file(tmp_path, **{"in": {}}), types, policy)
    with open_service(settings) as service, closing(AuditLog(settings)) as audit:
        yield WarehouseDesk(
            service=service,
            giver=TakGiver(declared=declared, keys=read_keys(settings)),
            taker=TakTaker(types=read_types(), prefix=declared.prefix, least="TLP:AMBER"),
            audit=audit, actor=Actor(name="op"), address="tak:8089", now=clock,
        )  # fmt: skip


def publish(settings: StoreSettings, n: int = 3, **columns: Any) -> None:
    stated = {
        "source_id": [f"r{i}" for i in range(n)],
        "occurred_at": [NOW - timedelta(hours=i + 1) for i in range(n)],
    }
    publish_events(settings, make_frame(n, **(stated | columns)))


def entries(settings: StoreSettings, action: str) -> list[AuditEntry]:
    return [entry for entry in AuditLog(settings).between() if entry.action == action]


def sent(desk: WarehouseDesk) -> list[bool]:
    """Confirm all that is due; whether each is a withdrawal."""
    due = desk.due(after=0, most=100)
    desk.confirm(due)
    return [message.gone for message in due]


def test_what_changed_is_staged_once_and_recorded(
    desk: WarehouseDesk, settings: StoreSettings
) -> None:
    publish(settings)
    assert desk.stage(above=0)
    assert not desk.stage(above=0)
    assert sent(desk) == [False] * 3
    publish(settings, count=[2, 9, 2])
    assert desk.stage(above=0)
    assert sent(desk) == [False]
    mark_all(settings, "TLP:RED")
    assert desk.stage(above=0)
    assert sent(desk) == [True] * 3
    found = [entry for entry in entries(settings, "give to tak") if entry.outcome == "done"]
    stated = [json.loads(entry.detail) for entry in found]
    assert [(one["records"], one["withdrawn"]) for one in stated] == [(3, 0), (1, 0), (0, 3)]
    assert stated[0]["marking"] == "TLP:CLEAR"
    assert stated[0]["address"] == "tak:8089"


def test_what_becomes_stale_is_no_withdrawal(
    desk: WarehouseDesk, settings: StoreSettings, clock: SetClock
) -> None:
    publish(settings)
    desk.stage(above=0)
    sent(desk)
    clock.now = NOW + timedelta(days=3)
    assert not desk.stage(above=0)
    assert sent(desk) == []
    assert desk.service.room.tak_outbox.count("TAK-1").confirmed == 0
    assert len(entries(settings, "give to tak")) == 2


def test_without_a_record_nothing_is_staged_or_taken(
    desk: WarehouseDesk, settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(settings)

    def refuse(*_: Any, **__: Any) -> None:
        raise AuditError("the disk is full")

    monkeypatch.setattr(desk.audit, "append", refuse)
    with pytest.raises(AuditError):
        desk.stage(above=0)
    assert desk.due(after=0, most=10) == ()
    with pytest.raises(AuditError):
        desk.take([report()])
    desk.service.warehouse.refresh()
    assert "tak" not in desk.service.warehouse.snapshot.sources


def test_what_is_taken_is_recorded_with_who_sent_it(
    desk: WarehouseDesk, settings: StoreSettings
) -> None:
    desk.take([report(), report(uid="B", synthetic=True)])
    done = [entry for entry in entries(settings, "load") if entry.outcome == "done"]
    assert [entry.subject for entry in done] == ["source tak and tak_synthetic"]
    assert (done[0].who, done[0].address) == ("tak:TAK-1", "tak:8089")
    assert json.loads(done[0].detail)["accepted"] == 2


def test_a_record_that_was_sent_is_not_taken_back_whosever_it_is(
    desk: WarehouseDesk, settings: StoreSettings
) -> None:
    publish(settings)
    desk.stage(above=0)
    (uid, *_) = desk.service.room.tak_outbox.stored("TAK-1")
    assert not desk.admits(report(uid=uid))
    assert desk.admits(report(uid="other"))
    desk.taker = None
    assert not desk.admits(report(uid="other"))
