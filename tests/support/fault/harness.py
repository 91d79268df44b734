"""Breaks an operation at a chosen system step, and tells which state the warehouse is in after."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd

from cop.settings import StoreSettings
from cop.store.catalogue.reader import CatalogueReader
from cop.store.catalogue.version import CATALOGUE_FILE
from cop.store.catalogue.writer import file_sha256
from cop.store.room.relational import ROOM_FILE
from tests.support.command import CHECKOUT, clean_environment

KINDS = ("kill", "plug", "error", "full")
"""Killed; power lost with what was not synced; one I/O error; no space from there on."""
_SHIM = Path(__file__).parent / "shim.c"
_UNSTABLE = ("ingested_at", "loaded_at")
STEPS = os.environ.get("COP_FAULT_STEPS", "one")
SEED = int(os.environ.get("COP_FAULT_SEED", "1"))

State = dict[str, tuple[int, int]]
"""Of each dataset the rows, and a sum of their hashes that does not depend on their order."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an operation ended (done, refused, crashed, killed), after how many steps, its words."""

    ended: str
    steps: int
    said: str


@dataclass(kw_only=True)
class Harness:
    """A runner under the shim, where one is wanted; ``folder`` holds its copy of ``base``."""

    folder: Path
    base: Path
    process: subprocess.Popen[str] | None = None
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def fresh(self, *, bare: bool = False) -> Path:
        """Give a new copy of the warehouse that the operations begin with, or a folder for one."""
        data = self.folder / "warehouse"
        for leftover in (data, self._side):
            shutil.rmtree(leftover, ignore_errors=True)
        self._side.mkdir(parents=True)
        if bare:
            data.mkdir()
        else:
            shutil.copytree(self.base, data)
        return data

    def run(
        self,
        operation: str,
        data: Path,
        *,
        kind: str = "count",
        step: int = 0,
        seed: int = 0,
        log: Path | None = None,
    ) -> Outcome:
        """Run an operation with a fault at a step; without a kind only count its steps."""
        order = {"operation": operation, "data": str(data), "side": str(self._side)}
        order |= {"kind": kind, "step": step, "seed": seed, "log": str(log) if log else ""}
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return Outcome(**json.loads(self.process.stdout.readline()))

    def states(self, data: Path) -> list[State]:
        """Read every kept version as a server would, each file's content checked by its name."""
        if not (data / CATALOGUE_FILE).exists():
            return []
        reader = CatalogueReader(StoreSettings(data=data, threads=1))
        try:
            versions = sorted(note.version for note in reader.history())
            return [self._state(reader, version) for version in versions]
        finally:
            reader.close()

    @property
    def _side(self) -> Path:
        return self.folder / "side"

    def _state(self, reader: CatalogueReader, version: int) -> State:
        state = {}
        for dataset, files in reader.catalogue(version=version).files.items():
            parts = [self._fingerprint(Path(file)) for file in files]
            total = sum(part for _, part in parts) % 2**64
            state[dataset] = (sum(n for n, _ in parts), total)
        return state

    def _fingerprint(self, path: Path) -> tuple[int, int]:
        assert file_sha256(path) == path.stem, f"{path}: the content is not what the name says"
        if path.stem not in self._known:
            frame = pd.read_parquet(path)
            stable = frame.drop(columns=[n for n in _UNSTABLE if n in frame]).map(repr)
            hashes = pd.util.hash_pandas_object(stable, index=False)
            self._known[path.stem] = (len(frame), int(hashes.sum()))
        return self._known[path.stem]


@contextmanager
def open_harness(folder: Path, base: Path) -> Iterator[Harness]:
    """Build the shim and start the runner; the warehouse in ``base`` is only copied."""
    shim = folder / "shim.so"
    build = ["gcc", "-O1", "-shared", "-fPIC", "-o", str(shim), str(_SHIM), "-lpthread"]
    subprocess.run(build, check=True)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.fault.runner"],
        cwd=CHECKOUT,
        env={**clean_environment(), "LD_PRELOAD": str(shim), "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Harness(folder=folder, base=base, process=process)
        finally:
            process.kill()


def choose_steps(total: int, turn: int) -> list[int]:
    """Give the steps to break: all of them, or the first, the last and some drawn by the seed.

    Where one is asked for, it is one of these in turn.
    """
    random = Random(SEED)  # noqa: S311 no secret
    if STEPS == "one":
        return [(1, total, random.randint(2, max(2, total - 1)))[turn % 3]]
    if STEPS == "all" or int(STEPS) >= total:
        return list(range(1, total + 1))
    return sorted({1, *random.sample(range(2, total), int(STEPS)), total})


def remains(data: Path) -> list[str]:
    """What a writer left lying: drafts, journals, and files that no kept version shows."""
    reader = CatalogueReader(StoreSettings(data=data, threads=1))
    try:
        shown: set[Any] = set()
        for note in reader.history():
            for files in reader.catalogue(version=note.version).files.values():
                shown |= {Path(file) for file in files}
    finally:
        reader.close()
    below = {path for path in (data / "datasets").rglob("*") if path.is_file()}
    loose = {
        p
        for p in data.rglob("*")
        # The room's own journal is its store's, which every reader brings in.
        if p.name.endswith((".part", "-journal", "-wal")) and not p.name.startswith(ROOM_FILE)
    }
    return sorted(str(path.relative_to(data)) for path in (below - shown) | loose)
