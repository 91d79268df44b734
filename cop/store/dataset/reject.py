"""The refused rows that the warehouse keeps: one CSV file for each load that refused any."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cop.errors import StoreError

FOLDER = "rejects"
_NAME = re.compile(r"[0-9a-f]{8,64}\.csv", re.ASCII)
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)
_REASON = re.compile(
    r"""(?P<column>[^=]*)=('(\\.|[^'\\])*'|"(\\.|[^"\\])*"|.*?): (?P<why>.*)""", re.DOTALL
)
_CHUNK_ROWS = 50_000
_EXAMPLES = 3
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class RejectFile:
    """Refused rows of one load: how many, since when, why, and the first of them in words."""

    source: str
    name: str
    path: Path = field(repr=False)
    rejected_at: datetime
    n: int
    reasons: dict[str, int]
    examples: tuple[str, ...]


def read_rejects(folder: Path) -> list[RejectFile]:
    """Read what the warehouse in ``folder`` has refused, by source, the newest file first.

    Only files that the program itself names are looked at, and no link is followed.
    """
    found = []
    for path in sorted((folder / FOLDER).glob("*/*.csv")):
        owner = path.parent
        known = _SOURCE.fullmatch(owner.name) and _NAME.fullmatch(path.name)
        if not known or path.is_symlink() or owner.is_symlink():
            continue
        about = path.stat()
        found.append(_read(path, about.st_mtime_ns, about.st_size))
    return sorted(found, key=lambda file: (file.source, -file.rejected_at.timestamp(), file.name))


@lru_cache(maxsize=1_000)
def _read(path: Path, changed_ns: int, _size: int) -> RejectFile:
    reasons: Counter[str] = Counter()
    examples: list[str] = []
    try:
        with pd.read_csv(path, dtype=str, keep_default_na=False, chunksize=_CHUNK_ROWS) as chunks:
            for chunk in chunks:
                reasons.update(map(group_reason, chunk["reason"]))
                for row, reason in zip(chunk["row"][:_EXAMPLES], chunk["reason"], strict=False):
                    examples.append(f"row {row}: {reason}"[:_LONGEST])
    except (OSError, ValueError, KeyError) as fault:
        raise StoreError(
            f"{path}: the refused rows cannot be read ({fault}); remove the file or restore it"
        ) from fault
    return RejectFile(
        source=path.parent.name,
        name=path.name,
        path=path,
        rejected_at=datetime.fromtimestamp(changed_ns / 1e9, UTC).replace(
            tzinfo=None, microsecond=0
        ),
        n=sum(reasons.values()),
        reasons=dict(reasons.most_common()),
        examples=tuple(examples[:_EXAMPLES]),
    )


def group_reason(reason: str) -> str:
    """Return a reason without the value that it names: ``lat=91: no latitude`` is of ``lat``."""
    parts = _REASON.fullmatch(reason)
    return f"{parts['column']}: {parts['why']}" if parts else reason
