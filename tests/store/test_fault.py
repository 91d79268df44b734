"""Every writer broken at its 1st, 2nd, 3rd ... system step: the old state or the new, never a mix.

By itself each kind of fault breaks an operation once: at its first, its last or a drawn step in
turn. COP_FAULT_STEPS=all breaks at every step, a number at the ends and so many that are drawn by
COP_FAULT_SEED; a failure names operation, kind, step and seed, which run it again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cop.settings import StoreSettings
from tests.support.fault.harness import (
    KINDS,
    SEED,
    Harness,
    State,
    choose_steps,
    open_harness,
    remains,
)
from tests.support.fault.operation import OPERATIONS, WITHOUT_WAREHOUSE, prepare

pytestmark = [pytest.mark.store, pytest.mark.timeout(7200)]
ENDS = {
    "kill": {"killed"},
    "plug": {"killed"},
    "error": {"refused", "done"},
    "full": {"refused", "done"},
}


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    folder = tmp_path_factory.mktemp("fault")
    base = StoreSettings(data=folder / "base")
    prepare(base)
    with open_harness(folder, base.data) as opened:
        yield opened


@pytest.mark.parametrize("operation", OPERATIONS)
def test_shown_old_or_new_at_every_step(
    harness: Harness, operation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = operation in WITHOUT_WAREHOUSE
    old = harness.states(harness.fresh(bare=bare))
    data = harness.fresh(bare=bare)
    whole = harness.run(operation, data)
    assert whole.ended == "done", whole.said
    new = harness.states(data)
    assert new != old
    assert remains(data) == []
    broken = Broken(harness=harness, operation=operation, old=old, new=new)
    turn = list(OPERATIONS).index(operation)
    steps = {kind: choose_steps(whole.steps, turn + i) for i, kind in enumerate(KINDS)}
    ended = {kind: [broken.at(kind, step) for step in steps[kind]] for kind in KINDS}
    with capsys.disabled():
        for kind, found in ended.items():
            tally = {state: found.count(state) for state in sorted(set(found))}
            line = f"{operation}, {kind}: {len(steps[kind])} of {whole.steps} steps, {tally}"
            print(line)  # noqa: T201 the figures that are reported


@dataclass(frozen=True, kw_only=True)
class Broken:
    """An operation, and the states before and after it."""

    harness: Harness
    operation: str
    old: list[State]
    new: list[State]

    def at(self, kind: str, step: int) -> str:
        """Break once, look, then do it again without a fault; say which state was found."""
        what = f"{self.operation} {kind} at step {step}, seed {SEED}"
        harness = self.harness
        data = harness.fresh(bare=self.operation in WITHOUT_WAREHOUSE)
        outcome = harness.run(self.operation, data, kind=kind, step=step, seed=SEED * 10_000 + step)
        assert outcome.ended in ENDS[kind], f"{what}: {outcome.ended} {outcome.said}"
        found = harness.states(data)
        assert found in (self.old, self.new), f"{what}: {found}, not {self.old} nor {self.new}"
        if outcome.ended != "killed":
            is_new = outcome.ended == "done" or "power failure may undo" in outcome.said
            if "are all kept or all removed" not in outcome.said:
                assert found == (self.new if is_new else self.old), f"{what}: {outcome.said}"
        again = harness.run(self.operation, data)
        assert again.ended == "done", f"{what}: again: {again.said}"
        assert harness.states(data)[-1] == self.new[-1], what
        assert remains(data) == [], what
        return "new" if found == self.new else "old"


def test_a_fault_says_what_it_could_not_do(harness: Harness) -> None:
    """The words name the place, so the check above does not pass for another reason."""
    outcome = harness.run("publish", harness.fresh(), kind="full", step=1)
    assert outcome.ended == "refused"
    assert re.search("cannot write|No space left", outcome.said), outcome.said


def test_the_same_seed_breaks_at_the_same_step(harness: Harness, tmp_path: Path) -> None:
    logs = []
    for name in ("first", "second"):
        harness.run("publish", harness.fresh(), log=tmp_path / name)
        lines = (tmp_path / name).read_text().splitlines()
        logs.append([re.sub("[0-9a-f]{32,64}", "*", line) for line in lines])
    assert logs[0] == logs[1]
    assert {line.split()[1] for line in logs[0]} >= {"create", "write", "sync", "rename", "remove"}


def test_the_plug_loses_what_was_not_synced(harness: Harness) -> None:
    """Without syncs a file would be lost or torn: the fault does what it says."""
    torn = 0
    for seed in range(6):
        data = harness.fresh()
        outcome = harness.run("careless", data, kind="plug", step=4, seed=seed)
        assert outcome.ended == "killed"
        path = data / "careless.txt"
        torn += not path.exists() or path.read_bytes() != b"careless" * 1000
    assert torn
