"""What a TAK server is sent of a warehouse and what is taken from it, each step recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cop.access.audit.log import AuditLog
from cop.exchange.tak.incoming import SOURCES, TakTaker
from cop.exchange.tak.live import write_live
from cop.exchange.tak.message import CotMessage, render_message
from cop.exchange.tak.outgoing import TakGiver, highest_of
from cop.exchange.tak.report import CotReport
from cop.exchange.tak.spool import ReportSpool
from cop.model.audit import Actor
from cop.model.own_unit import OwnUnit
from cop.query.service import QueryService
from cop.store.room.tak import DueMessage, StagedMessage

_LOOK_AGAIN: Final = timedelta(minutes=1)
"""Delays end and records become stale without any change of the data."""


@dataclass(kw_only=True)
class WarehouseDesk:
    """The desk of a relay: the outbox of one TAK server, filled from a warehouse.

    ``taker`` is None where nothing is taken, ``spool`` where nothing has to outlast a kill. Raise
    AuditError where a step cannot be recorded: then nothing is sent or taken.
    """

    service: QueryService
    giver: TakGiver
    taker: TakTaker | None
    audit: AuditLog
    actor: Actor
    address: str
    now: Callable[[], datetime]
    spool: ReportSpool | None = None
    _seen: object = None
    _looked_at: datetime = datetime.min
    _sent: frozenset[str] | None = None

    @property
    def code(self) -> str:
        """The agency of the TAK server."""
        return self.giver.declared.server.code

    def stage(self, *, above: int) -> bool:
        """Compare what the server should have with what it has, if anything changed."""
        self.service.warehouse.refresh()
        now = self.now()
        room = self.service.released_to(self.giver.declared.release).room
        seen = (
            self.service.warehouse.snapshot.version,
            room.annotations.count_changes(),
            room.alerts.count_steps(),
        )
        if seen == self._seen and now - self._looked_at < _LOOK_AGAIN:
            return False
        staged = self._compare(self.giver.build(self.service, now=now), now, above)
        self._seen, self._looked_at = seen, now
        return staged

    def due(self, *, after: int, most: int) -> tuple[DueMessage, ...]:
        """Return what is to be sent after a number, noted as tried."""
        outbox = self.service.room.tak_outbox
        found = outbox.due(self.code, after=after, most=most)
        if found:
            outbox.note_tried(self.code, found)
        return found

    def confirm(self, messages: Sequence[DueMessage]) -> None:
        """Note what the server has."""
        self.service.room.tak_outbox.confirm(self.code, messages)

    def admits(self, report: CotReport) -> bool:
        """Return whether a report is published: none that we sent, of whosever record."""
        if self.taker is None or not self.taker.admits(report):
            return False
        if self._sent is None:
            self._sent = frozenset(self.service.room.tak_outbox.stored(self.code))
        return report.uid not in self._sent

    def keep(self, report: CotReport) -> None:
        """Write a report down until it is published."""
        if self.spool is not None:
            self.spool.append(report)

    def left(self) -> tuple[CotReport, ...]:
        """Return the reports that an earlier process did not publish any more."""
        return () if self.spool is None or self.taker is None else self.spool.read()

    def forget(self, n: int) -> None:
        """Forget the oldest reports that were written down."""
        if self.spool is not None:
            self.spool.forget(n)

    def show_units(self, units: Sequence[OwnUnit]) -> None:
        """Write the units that are fresh, in place of those before; OSError if it is impossible."""
        write_live(self.service.warehouse.settings.data, self.code, units)

    def take(self, reports: Sequence[CotReport]) -> None:
        """Publish reports as events of the sources of this way in."""
        if self.taker is None:
            return
        actor = Actor(
            who=f"tak:{self.code}", name=self.code, roles=(), origin="TAK server",
            address=self.address,
        )  # fmt: skip
        names = sorted({SOURCES[report.synthetic] for report in reports})
        subject = f"source {' and '.join(names)}"
        with self.audit.recorded(actor, "load", subject, reports=len(reports)) as act:
            found = self.taker.publish(
                self.service.warehouse.settings, reports, file=f"TAK server {self.code}"
            )
            act.detail |= {
                "version": max((one.version or 0 for one in found), default=0),
                "accepted": sum(one.accepted for one in found),
                "superseded": sum(one.superseded for one in found),
                "duplicate": sum(one.duplicate for one in found),
                "rejected": sum(one.rejected for one in found),
            }

    def _compare(self, messages: dict[str, CotMessage], now: datetime, above: int) -> bool:
        outbox = self.service.room.tak_outbox
        stored = outbox.stored(self.code)
        digests = {uid: message.digest for uid, message in messages.items()}
        changed = {
            uid: message
            for uid, message in messages.items()
            if stored.get(uid, ("",))[0] != digests[uid]
        }
        missing = [uid for uid in stored if uid not in messages]
        withdrawn = [uid for uid in missing if stored[uid][1] > now]
        self._sent = frozenset((*messages, *stored))
        if not changed and not missing:
            return False
        staged = [
            StagedMessage(
                uid=uid,
                digest=digests[uid],
                body=render_message(message, at=now),
                stale=message.stale,
            )
            for uid, message in changed.items()
        ]
        if not changed and not withdrawn:
            outbox.stage(self.code, staged, missing, above=above, now=now)
            return False
        with self.audit.recorded(
            self.actor, "give to tak", f"agency {self.code}",
            records=len(changed), withdrawn=len(withdrawn), marking=highest_of(changed),
            version=self.service.warehouse.snapshot.version, address=self.address,
        ):  # fmt: skip
            outbox.stage(self.code, staged, missing, above=above, now=now)
        return True
