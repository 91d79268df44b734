"""One batch: a version of the warehouse is read, and a folder of Parquet files written at once."""

import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow.compute as pc
import pyarrow.dataset as ds

from cop.batch.backtest import READS as BACKTEST_READS
from cop.batch.backtest import build_backtest
from cop.batch.coverage import READS as COVERAGE_READS
from cop.batch.coverage import build_coverage
from cop.batch.engine import BatchEngine, Types
from cop.batch.rollup import READS as ROLLUP_READS
from cop.batch.rollup import build_rollups
from cop.batch.table import BatchTable
from cop.errors import DatasetMissingError, SettingsError
from cop.model.marking import highest_marking
from cop.store.snapshot import Snapshot

if TYPE_CHECKING:
    import ibis.expr.types as ir

BatchName = Literal["rollups", "backtest", "coverage"]
MANIFEST: Final = "batch.json"
_NAME_BYTES: Final = 4
_MARKING: Final = "marking"


@dataclass(frozen=True, kw_only=True)
class BatchKind:
    """What a batch reads of each dataset, and the tables that it makes of them."""

    reads: Mapping[str, Types]
    build: "Callable[[Mapping[str, ir.Table]], Iterator[BatchTable]]"


BATCHES: Final[Mapping[BatchName, BatchKind]] = {
    "rollups": BatchKind(reads=ROLLUP_READS, build=build_rollups),
    "backtest": BatchKind(reads=BACKTEST_READS, build=build_backtest),
    "coverage": BatchKind(reads=COVERAGE_READS, build=build_coverage),
}


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """What was written: rows by table, and the highest marking of what they are made of."""

    name: BatchName
    version: int
    marking: str
    tables: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "batch": self.name,
            "version": self.version,
            "marking": self.marking,
            "tables": dict(self.tables),
        }


def check_batch(name: BatchName, snapshot: Snapshot, out: Path) -> None:
    """Raise an error if the folder is there, or what is read is not, or is damaged."""
    if out.exists():
        raise SettingsError(f"{out}: is there already; name a new folder with --out")
    if not out.absolute().parent.is_dir():
        raise SettingsError(f"{out}: folder {out.parent} does not exist; create it first")
    for dataset in BATCHES[name].reads:
        snapshot.catalogue.files_of(dataset)
        damaged = [row for row in snapshot.quarantine if row.dataset == dataset]
        if damaged:
            raise DatasetMissingError(
                f"{len(damaged)} damaged files of {dataset} are left out of version "
                f"{snapshot.version}: run `cop doctor --repair` or restore a backup first"
            )


def build_batch(name: BatchName, snapshot: Snapshot, engine: BatchEngine, out: Path) -> BatchResult:
    """Write the tables of a batch to a new folder, which is there whole or not at all."""
    check_batch(name, snapshot, out)
    batch = BATCHES[name]
    tables = {
        dataset: engine.read(dataset, snapshot.catalogue.files_of(dataset), columns)
        for dataset, columns in batch.reads.items()
    }
    target = out.absolute()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(_NAME_BYTES)}")
    draft.mkdir()
    try:
        markings = {state.source.marking for state in snapshot.sources.values()}
        counts = {}
        for table in batch.build(tables):
            engine.write(table.ordered, table.columns, draft / table.name)
            written = ds.dataset(draft / table.name, format="parquet")
            counts[table.name] = written.count_rows()
            if _MARKING in table.columns:
                markings |= set(pc.unique(written.to_table([_MARKING])[_MARKING]).to_pylist())
        result = BatchResult(
            name=name,
            version=snapshot.version,
            marking=highest_marking(sorted(markings)),
            tables=counts,
        )
        text = json.dumps(result.to_json(), indent=2)
        (draft / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return result
