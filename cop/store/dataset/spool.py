"""Record batches on their way in, by key: in memory up to a limit, then in files without a name."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from cop.store.memory import release_memory

WORD = pa.dictionary(pa.int32(), pa.string())
"""The type of a column of few different words: a spool keeps a number for each."""

_BATCH_ROWS = 32_768
"""A reader holds a whole batch for each of its threads."""


@dataclass(eq=False)
class Spool:
    """Batches of one schema, read back by key in the order in which they came.

    More than ``most_bytes`` are written to a file in ``folder`` that has no name, so that a killed
    process leaves nothing behind.
    """

    schema: pa.Schema
    folder: Path
    most_bytes: int
    compression: str | None = "lz4"
    _words: "dict[str, _Words]" = field(init=False)
    _stored: dict[str, list[pa.RecordBatch]] = field(default_factory=dict)
    _bytes: int = 0
    _spilled: list["_SpilledFile"] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        """Number the words of each such column for itself."""
        self._words = {one.name: _Words() for one in self.schema if one.type == WORD}

    def add(self, batch: pa.RecordBatch, parts: Iterable[tuple[str, int, int]]) -> None:
        """Add, for each (key, start, end), these rows of a batch under the key."""
        for name, words in self._words.items():
            column = batch.schema.get_field_index(name)
            batch = batch.set_column(column, name, words.encode(batch.column(column)))
        for key, start, end in parts:
            part = batch.slice(start, end - start)
            self._stored.setdefault(key, []).append(part)
            self._bytes += part.nbytes
        if self._bytes > self.most_bytes:
            self._spill()

    @property
    def is_spilled(self) -> bool:
        """Whether there was more than fits into memory."""
        return bool(self._spilled)

    def keys(self) -> list[str]:
        """Return the keys that have a batch, sorted."""
        spilled = (key for file in self._spilled for key in file.batches)
        return sorted({*self._stored, *spilled})

    def view(self, key: str) -> "SpoolView":
        """Return the batches of a key as Arrow reads them, as often as it likes."""
        return SpoolView(self, key)

    def read(self, key: str) -> Iterator[pa.RecordBatch]:
        """Read the batches of a key in their order."""
        for file in self._spilled:
            yield from map(self._decode, file.read(key))
        yield from map(self._decode, self._stored.get(key, ()))

    def close(self) -> None:
        """Forget everything."""
        self._open.close()
        self._stored.clear()
        self._spilled.clear()

    def _decode(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [
            self._words[name].decode(column) if name in self._words else column
            for name, column in zip(self.schema.names, batch.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _spill(self) -> None:
        with tempfile.TemporaryFile(dir=self.folder) as stream:
            batches = self._write(stream)
            stream.flush()
            # Arrow reads it by itself: what Python reads for it stays with the allocator.
            file = self._open.enter_context(pa.OSFile(f"/proc/self/fd/{stream.fileno()}"))
        self._spilled.append(_SpilledFile(pa.ipc.open_file(file), batches))
        self._stored, self._bytes = {}, 0
        release_memory()

    def _write(self, stream: IO[bytes]) -> dict[str, range]:
        """Write what is in memory; return the numbers of each key's batches."""
        options = pa.ipc.IpcWriteOptions(compression=self.compression)
        schema = next(iter(self._stored.values()))[0].schema
        batches: dict[str, range] = {}
        written = 0
        with pa.ipc.new_file(stream, schema, options=options) as writer:
            for key, parts in self._stored.items():
                first, whole = written, pa.Table.from_batches(parts).combine_chunks()
                for batch in whole.to_batches(max_chunksize=_BATCH_ROWS):
                    writer.write_batch(batch)
                    written += 1
                batches[key] = range(first, written)
        return batches


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


@dataclass(eq=False)
class _Words:
    """The words of a column, numbered as they come."""

    numbers: dict[str, int] = field(default_factory=dict)

    def encode(self, column: pa.DictionaryArray) -> pa.Array:
        """Return the number of each word, null for none."""
        known = column.dictionary.to_pylist()
        numbers = [self.numbers.setdefault(word, len(self.numbers)) for word in known]
        return pa.array(np.array(numbers, dtype=np.int32)).take(column.indices)

    def decode(self, numbers: pa.Array) -> pa.DictionaryArray:
        """Return the words of numbers."""
        return pa.DictionaryArray.from_arrays(numbers, pa.array([*self.numbers], pa.string()))


@dataclass(frozen=True, eq=False)
class _SpilledFile:
    reader: pa.ipc.RecordBatchFileReader
    batches: dict[str, range]

    def read(self, key: str) -> Iterator[pa.RecordBatch]:
        for number in self.batches.get(key, ()):
            yield self.reader.get_batch(number)
