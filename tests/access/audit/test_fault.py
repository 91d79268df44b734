"""The audit record broken at its 1st, 2nd, 3rd ... system step: it is whole, and goes on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cop.access.audit.export import open_export
from cop.access.audit.log import AuditLog
from cop.model.audit import PRUNE, Actor, AuditEntry
from cop.model.audit_chain import check_chain
from cop.settings import StoreSettings
from cop.store.backup.audit_file import copy_audit
from tests.support.audit import fill
from tests.support.fault.harness import KINDS, Harness, open_harness
from tests.support.fault.operation import AUDIT_COPY, AUDITED

pytestmark = [pytest.mark.access, pytest.mark.timeout(1200)]

N = 5


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    folder = tmp_path_factory.mktemp("fault")
    fill(folder / "base", N)
    longer = folder / "longer"
    fill(longer, N)
    with closing(AuditLog(StoreSettings(data=longer))) as log:
        log.append(Actor(), "publish", "layer a")
        log.append(Actor(), "publish", "layer b")
    copy_audit(StoreSettings(data=longer), folder / AUDIT_COPY)
    with open_harness(folder, folder / "base") as opened:
        yield opened


def read(data: Path) -> list[AuditEntry]:
    return [*AuditLog(StoreSettings(data=data)).file.read()]


def check_after(operation: str, data: Path, before: list[AuditEntry], ended: str) -> int:
    """Check what is there after an operation was broken; return how many entries it added."""
    found = read(data)
    if operation == "prune" and found[0].seq > 1:
        (prune,) = found
        assert prune.action == PRUNE
        kept = [*open_export(data / prune.details["file"])()]
        assert kept == before
        assert check_chain(lambda: kept, is_part=True).is_whole
        return 1
    assert found[: len(before)] == before, "what was recorded is there"
    added = len(found) - len(before)
    if ended == "done":
        assert added == (N + 2 if operation == "restore record" and not before else 2)
    return added


@pytest.mark.parametrize(
    ("operation", "bare"),
    [("record", False), ("record", True), ("prune", False),
     ("restore record", False), ("restore record", True)],
)  # fmt: skip
def test_shown_the_record_is_whole_after_a_fault_at_every_step(
    harness: Harness, operation: str, bare: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert operation in AUDITED
    data = harness.fresh(bare=bare)
    whole = harness.run(operation, data)
    assert whole.ended == "done", whole.said
    tally: dict[str, int] = {}
    for kind in KINDS:
        for step in range(1, whole.steps + 1):
            what = f"{operation} {kind} at step {step}"
            data = harness.fresh(bare=bare)
            before = [] if bare else read(data)
            (data / "audit-1-5.jsonl").unlink(missing_ok=True)
            outcome = harness.run(operation, data, kind=kind, step=step, seed=step)
            assert outcome.ended in ("killed", "refused", "done"), f"{what}: {outcome.said}"
            with closing(AuditLog(StoreSettings(data=data))) as log:
                report = log.verify()
                assert report.finding is None, f"{what}: {report.finding} {outcome.said}"
                check_after(operation, data, before, outcome.ended)
                log.append(Actor(), "take", "board")
                assert log.verify().is_whole, what
            tally[outcome.ended] = tally.get(outcome.ended, 0) + 1
    with capsys.disabled():
        print(f"\n{operation}, {whole.steps} steps: {tally}")  # noqa: T201 what is reported
