"""Records of an earlier version that are withheld since: they were marked higher."""

from typing import Final

from cop.store.dataset.schema import EVENTS
from cop.store.engine import Cursor, fetch
from cop.store.release.case import ReleaseCase
from cop.store.release.copy import READ

WITHHELD: Final = "withheld_since"
"""The temporary table of identities."""


def list_withheld(cursor: Cursor, case: ReleaseCase, dataset: str) -> list[str]:
    """Return the identities of records of a dataset that are withheld now."""
    if not fill_withheld(cursor, case, dataset):
        return []
    return [found for (found,) in fetch(cursor, f"FROM {WITHHELD} ORDER BY 1")]


def fill_withheld(cursor: Cursor, case: ReleaseCase, dataset: str) -> bool:
    """Fill WITHHELD with the identities of what is withheld now; return whether there is any.

    What the newest version has no more is withheld where any version since withholds it, or where
    these can no longer be read.
    """
    then, now = case.only_then(dataset), [*case.newest.catalogue.files.get(dataset, ())]
    if not then:
        return False
    key = "event_id" if dataset == EVENTS else "record_id"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {WITHHELD} (id VARCHAR)")
    if not case.since.is_whole:
        cursor.execute(f"INSERT INTO {WITHHELD} SELECT {key} FROM {READ}", {"files": then})
    _add_marked(cursor, case, [*case.since.files.get(dataset, ())], key)
    if now:
        cursor.execute(
            f"DELETE FROM {WITHHELD} WHERE id IN "
            f"(SELECT {key} FROM {READ} WHERE {key} IN (FROM {WITHHELD}))",
            {"files": now},
        )
    _add_marked(cursor, case, now, key)
    return bool(fetch(cursor, f"SELECT 1 FROM {WITHHELD} LIMIT 1"))


def _add_marked(cursor: Cursor, case: ReleaseCase, files: list[str], key: str) -> None:
    """Add what files have under a marking that is not admitted."""
    if not files:
        return
    rows = fetch(cursor, f"SELECT DISTINCT marking FROM {READ}", {"files": files})
    hidden = sorted(marking for (marking,) in rows if not case.release.admits(marking))
    if hidden:
        cursor.execute(
            f"INSERT INTO {WITHHELD} SELECT {key} FROM {READ} "
            "WHERE marking IN (SELECT unnest($hidden::VARCHAR[]))",
            {"files": files, "hidden": hidden},
        )
