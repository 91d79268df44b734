"""Acts of commands in the audit record: written before anything is done, and with the outcome."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cop.cli.base import name_user
from cop.settings import StoreSettings

if TYPE_CHECKING:
    from cop.access.audit.log import RecordedAct
    from cop.exchange.incoming_request import NoteAct
    from cop.model.audit import Actor


def name_actor(by: str | None = None) -> "Actor":
    """Return who runs a command: the machine's user, by the name that they state."""
    from cop.model.audit import Actor

    return Actor(name=by or name_user())


@contextmanager
def recording(
    store: StoreSettings,
    action: str,
    subject: str,
    *,
    by: str | None = None,
    is_new: bool = False,
    **detail: Any,
) -> Iterator["RecordedAct"]:
    """Record an act; raise AuditError before anything is done if that cannot be.

    Where there is no warehouse yet nothing is written before one is there, unless it ``is_new``.
    """
    from cop.access.audit.log import AuditLog, RecordedAct

    log, actor, user = AuditLog(store), name_actor(by), name_user()
    if by not in (None, user):
        detail["user"] = user
    try:
        if is_new or _has_warehouse(store):
            with log.recorded(actor, action, subject, **detail) as act:
                yield act
            return
        act = RecordedAct(subject=subject, detail=detail)
        yield act
        if _has_warehouse(store):
            log.append(actor, action, act.subject, detail=act.detail)
    finally:
        log.close()


@contextmanager
def noting(store: StoreSettings, *, by: str | None = None) -> Iterator["NoteAct"]:
    """Give what records one act after another, each by its action, subject and detail."""
    from cop.access.audit.log import AuditLog

    log, actor = AuditLog(store), name_actor(by)
    try:
        yield lambda action, subject, detail: log.append(actor, action, subject, detail=detail)
    finally:
        log.close()


def _has_warehouse(store: StoreSettings) -> bool:
    from cop.store.catalogue.store import has_catalogue

    return has_catalogue(store)
