"""What people do at the board: each act is asked of the policy, recorded, and published."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any

from cop.access.audit.log import AuditLog, RecordedAct
from cop.access.policy import Policy
from cop.errors import AnnotationError
from cop.model.annotation import Drawing
from cop.model.marking import parse_marking
from cop.model.unapplied import describe_unapplied
from cop.query.service import QueryService
from cop.server.board.message import BoardMessage, read_drawing
from cop.server.board.move import check_move
from cop.server.board.session import BoardSession
from cop.store.room.annotation import Annotations
from cop.store.room.room import Room

Run = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs a call in the thread that reads and writes the room."""


def _lowers(annotations: Annotations, drawing: Drawing) -> bool:
    """Return whether a drawing lets anyone read who may not read the one that it replaces."""
    earlier = annotations.history(drawing.replaces) if drawing.replaces else ()
    if not earlier:
        return False
    return parse_marking(drawing.marking).is_lower_than(parse_marking(earlier[0].marking))


class BoardActs:
    """Carries out what the messages of a connection ask for."""

    def __init__(
        self, service: QueryService, policy: Policy, audit: AuditLog, *, run: Run, publish: Run
    ) -> None:
        """Act in the room of a service: ``publish`` runs a change, and sends what follows of it.

        What a viewer may do and read the ``policy`` says. What is taken, left, drawn and erased
        goes to the ``audit`` log.
        """
        self._service, self._policy, self._audit = service, policy, audit
        self._run, self._publish = run, publish

    async def act(self, session: BoardSession, message: BoardMessage) -> None:
        """Do what a message asks for; CopError gives the reason of what is refused."""
        await self._present(session, message)
        await self._annotate(session, message)

    @property
    def _room(self) -> Room:
        return self._service.warehouse.room

    async def _present(self, session: BoardSession, message: BoardMessage) -> None:
        person, move, journal = session.person, message.move, self._room.journal
        if message.take or move is not None:
            self._policy.check(session.viewer, "present")
        if move is not None and (move.wanted is not None or move.layers):
            stated, own = move, self._service.released_to(session.release)
            move, left = await self._run(lambda: check_move(own, stated, journal.board()))
            if left:
                session.offer(json.dumps({"refused": describe_unapplied(left)}))

        def write() -> None:
            if message.take:
                with self._recording(session, "take", "board"):
                    journal.take(person)
            if move is not None:
                journal.move(person, move)
            if message.release:
                with self._recording(session, "leave", "board"):
                    journal.release(person)

        if message.take or message.release or move is not None:
            await self._publish(write)

    async def _annotate(self, session: BoardSession, message: BoardMessage) -> None:
        """Draw or erase for any connected user; confirm a drawing to its author."""
        by = session.person.name
        if message.draw is None and message.erase is None:
            return
        self._policy.check(session.viewer, "annotate")
        annotations = self._room.released_to(session.release).annotations
        if message.draw is not None:
            drawing, reason = read_drawing(message.draw), message.reason

            def draw() -> None:
                lowers = _lowers(annotations, drawing)
                if lowers:
                    self._policy.check(session.viewer, "release")
                if lowers and not reason:
                    raise AnnotationError(f"{drawing.marking} lowers the marking: state a reason")
                action = "lower marking" if lowers else "annotate"
                with self._recording(session, action, "new annotation") as act:
                    if lowers:
                        act.detail |= {"marking": drawing.marking, "reason": reason}
                    drawn = annotations.draw(drawing, author=by)
                    act.subject = f"annotation {drawn.id}"
                    act.detail["revision"] = drawn.revision

            await self._publish(draw)
            session.offer(json.dumps({"drawn": True}))
        if message.erase is not None:
            erased = message.erase

            def erase() -> None:
                with self._recording(session, "erase", f"annotation {erased}"):
                    annotations.erase(erased, by=by)

            await self._publish(erase)

    def _recording(
        self, session: BoardSession, action: str, subject: str
    ) -> AbstractContextManager[RecordedAct]:
        client = session.socket.client
        actor = session.viewer.as_actor(client.host if client else None, name=session.person.name)
        return self._audit.recorded(actor, action, subject)
