"""What is put under fault: a writer's whole work on a warehouse, begun from the same state."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pandas as pd

from cop.access.audit.log import AuditLog
from cop.access.audit.retention import prune_entries
from cop.model.audit import Actor
from cop.model.moment import utc_now
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup import retention
from cop.store.backup.audit_file import settle_audit
from cop.store.backup.backup import back_up
from cop.store.backup.compaction import compact
from cop.store.backup.restore import restore
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import merge_events
from cop.store.dataset.source import register_source
from tests.support.record import make_frame
from tests.support.store import make_source, publish_events

Operation = Callable[[StoreSettings], object]
ROWS = 120
BACKUP = "backup.tar"


def publish(settings: StoreSettings) -> None:
    """A new part, a new month, a month with a correction, a table, and a file beside them."""
    frame = _numbered(ROWS + 60).iloc[30:]
    frame.loc[frame.index[:2], "count"] = 9
    with open_transaction(settings) as transaction:
        transaction.store_file("rejects/test", ".csv", _write_rejects)
        merge_events(transaction, "test", [frame])
        transaction.replace("thing", pd.DataFrame({"a": [2]}))
        register_source(transaction, make_source())
        transaction.commit("under fault")


def write_carelessly(settings: StoreSettings) -> None:
    """A file that is shown without a sync, to see that the fault finds it; four steps."""
    draft = settings.data / "careless.part"
    draft.write_bytes(b"careless" * 1000)
    draft.rename(settings.data / "careless.txt")
    (settings.data / "next").touch()


def retire(settings: StoreSettings) -> None:
    """Let all but the two newest versions go, a day later."""
    with patch.object(retention, "utc_now", lambda: utc_now() + timedelta(days=1)):
        retention.retain(settings, RetentionSettings(keep_versions=2))


def bring_back(settings: StoreSettings) -> None:
    """Restore a backup: of an earlier state, or into a folder without a warehouse."""
    restore(settings, settings.data.parent / BACKUP)


OPERATIONS: dict[str, Operation] = {
    "publish": publish,
    "compaction": compact,
    "retention": retire,
    "restore": bring_back,
    "restore anew": bring_back,
}
WITHOUT_WAREHOUSE = {"restore anew"}
CARELESS: dict[str, Operation] = {"careless": write_carelessly}


def record(settings: StoreSettings) -> None:
    """An act in the audit record: its beginning and its end."""
    with closing(AuditLog(settings)) as log, log.recorded(Actor(name="Ana"), "publish", "layer a"):
        pass


def prune(settings: StoreSettings) -> None:
    """All entries of the audit record go to a file beside the warehouse."""
    later = utc_now() + timedelta(days=9)
    with closing(AuditLog(settings)) as log:
        prune_entries(log, Actor(name="Ana"), keep_days=1, folder=settings.data, now=later)


def bring_back_record(settings: StoreSettings) -> None:
    """Restore the audit record of a backup, where there is none, or one that it goes on from."""
    settle_audit(settings, settings.data.parent / AUDIT_COPY)


AUDITED: dict[str, Operation] = {
    "record": record,
    "prune": prune,
    "restore record": bring_back_record,
}
AUDIT_COPY = "audit-copy.sqlite"


def prepare(settings: StoreSettings) -> None:
    """The warehouse that every operation begins with: several versions, months and parts."""
    with open_transaction(settings) as transaction:
        transaction.replace("thing", pd.DataFrame({"a": [1]}))
        transaction.commit("thing")
    frame = _numbered(ROWS)
    publish_events(settings, frame.iloc[:-4])
    back_up(settings, settings.data.parent / BACKUP)
    for position in range(ROWS - 4, ROWS):
        publish_events(settings, frame.iloc[position : position + 1])


def _numbered(n: int) -> pd.DataFrame:
    return make_frame(n, source_id=[f"r{i}" for i in range(n)])


def _write_rejects(draft: Path) -> None:
    draft.write_text("row,reason\n2,none\n")
