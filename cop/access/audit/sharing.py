"""What was shared with partners, read from the audit record."""

from dataclasses import dataclass
from datetime import datetime

from cop.access.audit.log import AuditLog
from cop.model.sharing import COUNTED, MonthShared, count_sharing
from cop.store.audit.search import read_actions, read_first


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What was shared by partner and month; before ``since`` (naive UTC) nothing is recorded."""

    months: tuple[MonthShared, ...]
    since: datetime | None


def read_sharing(log: AuditLog, *, host: str, now: datetime) -> Sharing:
    """Count the whole record; raise AuditError if it cannot be read."""
    first = read_first(log.file)
    return Sharing(
        months=count_sharing(read_actions(log.file, COUNTED), host=host, now=now),
        since=None if first is None else datetime.fromisoformat(first.at.removesuffix("Z")),
    )
