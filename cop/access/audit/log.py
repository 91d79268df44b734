"""The audit log: whatever is done is recorded first, and what cannot be recorded is not done."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cop.errors import AuditError, CopError, StoreError
from cop.model.audit import Actor, AuditEntry, AuditHead, Outcome, build_entry
from cop.model.audit_chain import ChainReport
from cop.model.moment import utc_instant
from cop.settings import StoreSettings
from cop.store.audit.record import open_record
from cop.store.audit.search import AuditQuery, list_actions, read_between, search_entries

_MOST_FAULT: Final = 300


@dataclass(kw_only=True)
class RecordedAct:
    """An act under way: its subject and detail may be made more exact until it ends."""

    subject: str
    detail: dict[str, Any] = field(default_factory=dict)


class AuditLog:
    """The audit record of one warehouse; safe to use from many threads and processes."""

    def __init__(
        self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_instant
    ) -> None:
        """Name the warehouse; ``now`` is the clock, naive UTC. Nothing is opened yet."""
        self.file = open_record(settings)
        self._now = now

    def append(
        self,
        actor: Actor,
        action: str,
        subject: str,
        *,
        outcome: Outcome = "done",
        detail: Mapping[str, Any] | None = None,
        completes: int | None = None,
    ) -> AuditEntry:
        """Add an entry, which is durable when this returns.

        Raise AuditError if it cannot be written: the caller then refuses what was asked for.
        """

        def build(head: AuditHead) -> tuple[AuditEntry]:
            return (
                build_entry(
                    head, actor, action, subject, at=self._now(), outcome=outcome, detail=detail,
                    completes=completes,
                ),
            )  # fmt: skip

        (entry,) = self.file.append(build)
        return entry

    @contextmanager
    def recorded(
        self, actor: Actor, action: str, subject: str, **detail: Any
    ) -> Iterator[RecordedAct]:
        """Record that an act begins, then with which outcome it ended.

        A CopError is a refusal, a StoreError and any other fault a failure; both go on. Raise
        AuditError before anything is done if the beginning cannot be written.
        """
        act = RecordedAct(subject=subject, detail=detail)
        begun = self.append(actor, action, subject, outcome="begun", detail=detail)
        try:
            yield act
        except BaseException as fault:
            is_refusal = isinstance(fault, CopError) and type(fault) is not StoreError
            self._end(
                actor, action, act, begun, outcome="refused" if is_refusal else "failed",
                fault=str(fault)[:_MOST_FAULT] or type(fault).__name__,
            )  # fmt: skip
            raise
        self._end(actor, action, act, begun, outcome="done")

    def check(self) -> None:
        """Raise AuditError if nothing could be recorded now: no act will be done."""
        self.file.check()

    def head(self) -> AuditHead | None:
        """Return number and hash of the last entry, to be noted elsewhere; None without any."""
        last = self.file.last()
        return None if last is None else last.head

    def search(self, query: AuditQuery) -> tuple[AuditEntry, ...]:
        """Return the entries that fit, newest first."""
        return search_entries(self.file, query)

    def between(
        self, since: datetime | None = None, before: datetime | None = None
    ) -> Iterator[AuditEntry]:
        """Read all entries from the first one since a moment to the last one before another."""
        return read_between(self.file, since, before)

    def actions(self) -> tuple[str, ...]:
        """Return the actions that were recorded lately, by name."""
        return list_actions(self.file)

    def verify(self, stated: AuditHead | None = None) -> ChainReport:
        """Check the record as it is now, and a head that was noted elsewhere.

        Raise AuditError if it cannot be read.
        """
        return self.file.verify(stated)

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _end(
        self,
        actor: Actor,
        action: str,
        act: RecordedAct,
        begun: AuditEntry,
        *,
        outcome: Outcome,
        **more: Any,
    ) -> None:
        try:
            self.append(
                actor, action, act.subject, outcome=outcome, detail=act.detail | more,
                completes=begun.seq,
            )  # fmt: skip
        except AuditError as fault:
            raise AuditError(
                f"{action} of {act.subject}: {outcome}, but only its beginning is recorded (entry "
                f"{begun.seq}): {fault}"
            ) from fault
