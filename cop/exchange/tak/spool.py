"""Reports that wait to be published, written down so that a kill does not lose them.

Each is a line, without its uid: only the digest that it becomes an event by.
"""

import json
import os
from collections import deque
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from cop.errors import StoreError
from cop.exchange.folder import EXCHANGE_FOLDER
from cop.exchange.tak.report import CotReport
from cop.store.catalogue.writer import make_folder, place_file

_MOST_LINE: Final = 4_000
_MOST_BYTES: Final = 50_000_000


@dataclass
class ReportSpool:
    """The reports of one TAK server that are not published yet, oldest first.

    Raise StoreError where the file cannot be read or written.
    """

    path: Path
    _lines: deque[bytes] = field(default_factory=deque)
    _file: int | None = None

    @classmethod
    def of(cls, warehouse: Path, code: str) -> "ReportSpool":
        """Return the spool of a TAK server of a warehouse."""
        return cls(warehouse / EXCHANGE_FOLDER / f"tak-{code}.spool")

    def read(self) -> tuple[CotReport, ...]:
        """Read what an earlier process left; a line that was cut off is left out."""
        try:
            with self.path.open("rb") as file:
                content = file.read(_MOST_BYTES)
        except FileNotFoundError:
            return ()
        except OSError as fault:
            raise StoreError(f"{self.path}: cannot be read: {fault.strerror}") from fault
        found = [(line, report) for line in content.splitlines() if (report := _parse(line))]
        self._lines = deque(line for line, _ in found)
        self._rewrite()
        return tuple(report for _, report in found)

    def append(self, report: CotReport) -> None:
        """Write a report down; it outlasts a kill and a power failure then."""
        line = _render(report)
        try:
            if self._file is None:
                make_folder(self.path.parent)
                self._file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            os.write(self._file, line + b"\n")
            os.fdatasync(self._file)
        except OSError as fault:
            raise StoreError(f"{self.path}: cannot be written: {fault.strerror}") from fault
        self._lines.append(line)

    def forget(self, n: int) -> None:
        """Forget the oldest reports."""
        for _ in range(min(n, len(self._lines))):
            self._lines.popleft()
        self._rewrite()

    def close(self) -> None:
        """Close the file; what waits stays in it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _rewrite(self) -> None:
        self.close()
        if not self._lines:
            self.path.unlink(missing_ok=True)
            return

        def write(draft: Path) -> None:
            draft.touch(mode=0o600)
            draft.write_bytes(b"".join(line + b"\n" for line in self._lines))

        place_file(self.path, write)


def _render(report: CotReport) -> bytes:
    stated = asdict(replace(report, uid="", digest=report.source_id))
    return json.dumps(stated | {"start": report.start.isoformat()}).encode()


def _parse(line: bytes) -> CotReport | None:
    if len(line) > _MOST_LINE:
        return None
    try:
        stated = json.loads(line)
        return CotReport(**(stated | {"start": datetime.fromisoformat(stated["start"])}))
    except (ValueError, TypeError, KeyError):
        return None
