"""Record batches on their way in, by key: in memory up to a limit, then in files without a name."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc

_BATCH_ROWS = 32_768
"""A reader holds a whole batch for each of its threads."""
_OPTIONS = pyarrow.ipc.IpcWriteOptions(compression="lz4")


@dataclass(eq=False)
class Spool:
    """Batches of one schema, read back by key in the order in which they came.

    More than ``most_bytes`` are written to a file in ``folder`` that has no name, so that a killed
    process leaves nothing behind.
    """

    schema: pa.Schema
    folder: Path
    most_bytes: int
    _stored: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)
    _bytes: int = 0
    _spilled: list["_SpilledFile"] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def add(self, key: str, batch: pa.RecordBatch) -> None:
        """Add a batch under a key."""
        self._stored.setdefault(key, []).append(batch)
        self._bytes += batch.nbytes
        if self._bytes > self.most_bytes:
            self._spill()

    def keys(self) -> list[str]:
        """Return the keys that have a batch, sorted."""
        spilled = (key for file in self._spilled for key in file.batches)
        return sorted({*self._stored, *spilled})

    def view(self, key: str) -> "SpoolView":
        """Return the batches of a key as DuckDB and Arrow read them, as often as they like."""
        return SpoolView(self, key)

    def read(self, key: str) -> Iterator[pa.RecordBatch]:
        """Read the batches of a key in their order."""
        for file in self._spilled:
            yield from file.read(key)
        yield from self._stored.get(key, ())

    def close(self) -> None:
        """Forget everything."""
        self._open.close()
        self._stored.clear()
        self._spilled.clear()

    def _spill(self) -> None:
        stream: Any = self._open.enter_context(tempfile.TemporaryFile(dir=self.folder))  # noqa: SIM115
        batches: dict[str, range] = {}
        written = 0
        with pa.ipc.new_file(stream, self.schema, options=_OPTIONS) as writer:
            for key, parts in self._stored.items():
                first, whole = written, pa.Table.from_batches(parts).combine_chunks()
                for batch in whole.to_batches(max_chunksize=_BATCH_ROWS):
                    writer.write_batch(batch)
                    written += 1
                batches[key] = range(first, written)
        self._spilled.append(_SpilledFile(pa.ipc.open_file(stream), batches))
        self._stored, self._bytes = {}, 0


@dataclass(frozen=True, eq=False)
class SpoolView:
    """What a spool has under a key, as a stream of the Arrow PyCapsule interface."""

    spool: Spool
    key: str

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a new stream from the first batch on."""
        batches = self.spool.read(self.key)
        reader = pa.RecordBatchReader.from_batches(self.spool.schema, batches)
        return reader.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True, eq=False)
class _SpilledFile:
    reader: pa.ipc.RecordBatchFileReader
    batches: dict[str, range]

    def read(self, key: str) -> Iterator[pa.RecordBatch]:
        for number in self.batches.get(key, ()):
            yield self.reader.get_batch(number)
