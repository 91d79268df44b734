"""Refused rows of a load, on disk until they are published beside it."""

import io
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pandas as pd

from cop.errors import StoreError
from cop.model.source import ROW
from cop.store.catalogue.transaction import WriteTransaction

REJECTS_FOLDER = "rejects"
_FIRST = [ROW, "reason"]


@dataclass
class RejectLog:
    """Rows with ``__row__`` and ``reason``, each batch of a file by itself."""

    folder: Path
    n: int = 0
    _file: IO[bytes] | None = None
    _places: dict[int, list[int]] = field(default_factory=dict)

    def add(self, rejects: pd.DataFrame, *, batch: int = 0) -> None:
        """Log the refused rows of a batch of the file."""
        if len(rejects):
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 see close
            place = self._file.seek(0, io.SEEK_END)
            self._places.setdefault(batch, []).append(place)
            pickle.dump(rejects, self._file)
            self.n += len(rejects)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Read the rows again, batch by batch in the order of the file."""
        for _, places in sorted(self._places.items()):
            parts = [self._read(place) for place in places]
            yield parts[0] if len(parts) == 1 else pd.concat(parts).sort_values(ROW, kind="stable")

    def _read(self, place: int) -> pd.DataFrame:
        if self._file is None:
            raise StoreError("no row was refused")
        self._file.seek(place)
        rows: pd.DataFrame = pickle.load(self._file)  # noqa: S301 our own file, without a name
        return rows

    def first(self, n: int) -> list[tuple[int, str]]:
        """Return the number and the reason of the first rows."""
        found: list[tuple[int, str]] = []
        for part in self:
            found += part.head(n - len(found))[_FIRST].itertuples(index=False, name=None)
            if len(found) >= n:
                break
        return found

    def publish(self, transaction: WriteTransaction, source: str, file: str) -> str | None:
        """Store the rows as CSV under the hash of their content and return its path."""
        if not self.n:
            return None
        folder = f"{REJECTS_FOLDER}/{source}"
        path = transaction.store_file(folder, ".csv", lambda draft: self._write(draft, file))
        return path.relative_to(transaction.folder).as_posix()

    def _write(self, path: Path, file: str) -> None:
        with path.open("w", encoding="utf-8", newline="") as out:
            for number, part in enumerate(self):
                rest = [name for name in part if name not in _FIRST]
                named = part[[*_FIRST, *rest]].rename(columns={ROW: "row"}).assign(file=file)
                named.to_csv(out, index=False, header=not number)

    def close(self) -> None:
        """Remove the rows."""
        if self._file is not None:
            self._file.close()


@contextmanager
def open_rejects(folder: Path) -> Iterator[RejectLog]:
    """Open a log that keeps its rows in a file without a name in ``folder``."""
    log = RejectLog(folder)
    try:
        yield log
    finally:
        log.close()
