"""The audit log: the beginning of an act is written before it, its end with the outcome."""

from datetime import datetime
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.errors import AuditError, BoardError, StoreError
from cop.model.audit import Actor, AuditHead
from cop.settings import StoreSettings
from tests.support.audit import fill, tampering

pytestmark = pytest.mark.access

ANA = Actor(who="local:ana", name="Ana", agency="JTF", roles=("commander",), address="10.0.0.7")


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(StoreSettings(data=tmp_path), now=lambda: datetime(2026, 1, 2, 3, 4, 5))


def test_an_act_is_recorded_before_and_after(log: AuditLog) -> None:
    with log.recorded(ANA, "publish", "new layer", file="a.csv") as act:
        (begun,) = log.file.read()
        act.subject = "layer a1"
        act.detail["version"] = 7
    _, done = log.file.read()
    assert (begun.outcome, begun.subject, begun.details) == (
        "begun",
        "new layer",
        {"file": "a.csv"},
    )
    assert (done.outcome, done.subject, done.completes) == ("done", "layer a1", 1)
    assert done.details == {"file": "a.csv", "version": 7}
    assert (done.who, done.roles, done.address) == ("local:ana", "commander", "10.0.0.7")
    assert log.verify().is_whole
    assert log.head() == AuditHead(seq=2, hash=done.hash)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (BoardError("Bea presents"), "refused"),
        (StoreError("no space"), "failed"),
        (ValueError("a fault"), "failed"),
        (KeyboardInterrupt(), "failed"),
    ],
)
def test_an_act_that_ends_with_a_fault(log: AuditLog, fault: BaseException, outcome: str) -> None:
    with pytest.raises(type(fault)), log.recorded(ANA, "take", "board"):
        raise fault
    _, ended = log.file.read()
    assert (ended.outcome, ended.details["fault"]) == (outcome, str(fault) or "KeyboardInterrupt")


def test_nothing_is_done_that_cannot_be_recorded(log: AuditLog) -> None:
    fill(log.file.folder, 3)
    with tampering(log.file.folder) as opened:
        opened.execute("DELETE FROM entry WHERE seq = 3")
    with pytest.raises(AuditError, match="cut off the end"), log.recorded(ANA, "take", "board"):
        pytest.fail("it was done")
    with pytest.raises(AuditError, match="cut off the end"):
        log.check()


def test_an_end_that_cannot_be_written_is_said(
    log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AuditError("no space")

    with (
        pytest.raises(AuditError, match=r"take of board: done, but only its beginning.*entry 1"),
        log.recorded(ANA, "take", "board"),
    ):
        monkeypatch.setattr(log.file, "append", refuse)


def test_a_record_that_is_empty_or_not_there(log: AuditLog) -> None:
    assert log.verify().is_whole
    assert log.head() is None
    stated = AuditHead(seq=1, hash="a" * 64)
    found = log.verify(stated).finding
    assert found is not None
    assert found.kind == "cut"
    log.check()
    assert log.verify().n == 0
    log.close()
