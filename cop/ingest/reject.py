"""Refused rows of a load, kept on disk until they are published beside it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cop.store.catalogue.transaction import WriteTransaction
from cop.store.catalogue.writer import DRAFT_SUFFIX
from cop.store.dataset.record import ROW

REJECTS_FOLDER = "rejects"
_FIRST = [ROW, "reason"]


@dataclass
class RejectLog:
    """Rows with ``__row__`` and ``reason``, each batch of a file by itself."""

    folder: Path
    n: int = 0
    _parts: dict[int, list[Path]] = field(default_factory=dict)

    def add(self, rejects: pd.DataFrame, *, batch: int = 0) -> None:
        """Keep refused rows of a batch of the file, beside those that were kept of it."""
        if len(rejects):
            path = self.folder / f".{uuid.uuid4().hex}{DRAFT_SUFFIX}"
            self._parts.setdefault(batch, []).append(path)
            rejects.to_pickle(path)
            self.n += len(rejects)

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Read the rows again, batch by batch in the order of the file."""
        for _, paths in sorted(self._parts.items()):
            parts = [pd.read_pickle(path) for path in paths]  # noqa: S301 our own file
            yield parts[0] if len(parts) == 1 else pd.concat(parts).sort_values(ROW, kind="stable")

    def first(self, n: int) -> list[tuple[int, str]]:
        """Return the number and the reason of the first rows."""
        found: list[tuple[int, str]] = []
        for part in self:
            found += part.head(n - len(found))[_FIRST].itertuples(index=False, name=None)
            if len(found) >= n:
                break
        return found

    def publish(self, transaction: WriteTransaction, source: str, file: str) -> str | None:
        """Keep the rows as CSV under the hash of their content and return its path."""
        if not self.n:
            return None
        folder = f"{REJECTS_FOLDER}/{source}"
        kept = transaction.keep_file(folder, ".csv", lambda draft: self._write(draft, file))
        return kept.relative_to(transaction.folder).as_posix()

    def _write(self, path: Path, file: str) -> None:
        with path.open("w", encoding="utf-8", newline="") as out:
            for number, part in enumerate(self):
                rest = [name for name in part if name not in _FIRST]
                named = part[[*_FIRST, *rest]].rename(columns={ROW: "row"}).assign(file=file)
                named.to_csv(out, index=False, header=not number)

    def close(self) -> None:
        """Remove what was kept."""
        for path in (path for paths in self._parts.values() for path in paths):
            path.unlink(missing_ok=True)


@contextmanager
def open_rejects(transaction: WriteTransaction) -> Iterator[RejectLog]:
    """Open a log beside the warehouse; what it kept goes when the block ends."""
    log = RejectLog(transaction.folder)
    try:
        yield log
    finally:
        log.close()
