"""Requests for information in the relational store: a question once, and its steps beside it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from cop.errors import RfiError
from cop.model.moment import utc_now
from cop.model.rfi import Rfi, RfiQuestion, RfiStep, StepKind, build_rfi_part, order_steps
from cop.settings import StoreSettings
from cop.store.room.relational import METADATA, RoomRecords, new_id

_ROWS: Final = Table(
    "rfi",
    METADATA,
    Column("id", String, primary_key=True),
    Column("question", Text, nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("annotation", String),
)
_STEPS: Final = Table(
    "rfi_step",
    METADATA,
    Column("rfi", String, primary_key=True),
    Column("server", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("step", Text, nullable=False),
    Column("received_at", DateTime, nullable=False),
)
_ENDED: Final = ("closed", "declined")
MOST_OPEN: Final = 2_000
"""Open requests of one partner that are stored: nobody here can delete them."""


class Rfis(RoomRecords):
    """The requests of one warehouse; safe to use from many threads and processes."""

    def __init__(self, settings: StoreSettings, *, now: Callable[[], datetime] = utc_now) -> None:
        """Open the store of the room; ``now`` is the clock, naive UTC."""
        super().__init__(settings, now=now)

    def ask(self, **stated: Any) -> Rfi:
        """Store a question that is asked now; ``stated`` are its fields but id and time.

        Raise RfiError naming the field that is not valid.
        """
        question = RfiQuestion.build(id=new_id() + new_id(), asked_at=self._now(), **stated)
        with self._store.writing() as connection:
            self._insert(connection, question)
        return Rfi(question=question)

    def take_step(self, rfi_id: str, kind: StepKind, **stated: Any) -> Rfi:
        """Add a step that is taken now; ``stated`` are its fields but number and time.

        Raise RfiError if there is no such request, or it has come too far for that step.
        """
        with self._store.writing() as connection:
            rfi = self._find(connection, rfi_id)
            if rfi is None:
                raise RfiError(f"no request {rfi_id[:40]!r}")
            _check_step(rfi, kind)
            number = rfi.number_of(str(stated.get("server"))) + 1
            step = build_rfi_part(RfiStep, kind=kind, number=number, at=self._now(), **stated)
            self._add(connection, rfi_id, (step,))
            return self._get(connection, rfi_id)

    def receive(self, question: RfiQuestion, steps: Iterable[RfiStep]) -> Rfi:
        """Store what a partner says of a request: what is there already stays as it is."""
        with self._store.writing() as connection:
            known = self._find(connection, question.id)
            if known is None:
                self._insert(connection, question)
            stored = {(s.server, s.number) for s in (known.steps if known else ())}
            self._add(
                connection,
                question.id,
                [step for step in steps if (step.server, step.number) not in stored],
            )
            return self._get(connection, question.id)

    def find(self, rfi_id: str) -> Rfi | None:
        """Return a request as far as it is released; None if there is none."""
        with self._store.reading() as connection:
            found = self._find(connection, rfi_id)
        return None if found is None else found.released_to(self._release)

    def get(self, rfi_id: str) -> Rfi:
        """Return a request; raise RfiError if there is none of that id that may be read."""
        found = self.find(rfi_id)
        if found is None:
            raise RfiError(f"no request {rfi_id[:40]!r}")
        return found

    def list(self) -> tuple[Rfi, ...]:
        """Return what may be read of all requests, the newest first."""
        with self._store.reading() as connection:
            rows = connection.execute(select(_ROWS.c.id, _ROWS.c.question)).all()
            steps = connection.execute(select(_STEPS.c.rfi, _STEPS.c.step)).all()
        by_rfi: dict[str, list[RfiStep]] = {}
        for rfi_id, step in steps:
            by_rfi.setdefault(rfi_id, []).append(RfiStep.model_validate_json(step))
        found = (
            Rfi(
                question=RfiQuestion.model_validate_json(question),
                steps=order_steps(by_rfi.get(rfi_id, ())),
            ).released_to(self._release)
            for rfi_id, question in rows
        )
        return tuple(
            sorted(
                (rfi for rfi in found if rfi is not None),
                key=lambda rfi: (rfi.question.asked_at, rfi.id),
                reverse=True,
            )
        )

    def count_open(self, server: str) -> int:
        """Return how many requests of a server wait for an answer."""
        return sum(rfi.question.server == server and rfi.is_open for rfi in self.list())

    def annotation_of(self, rfi_id: str) -> str | None:
        """Return the annotation that shows its answer; None if none does."""
        with self._store.reading() as connection:
            found = connection.execute(select(_ROWS.c.annotation).where(_ROWS.c.id == rfi_id))
            return found.scalar_one_or_none()

    def shown_annotations(self) -> frozenset[str]:
        """Return the annotations that show, or showed, answers."""
        with self._store.reading() as connection:
            return frozenset(connection.scalars(select_answer_annotations()))

    def note_annotation(self, rfi_id: str, annotation: str) -> None:
        """Store which annotation shows its answer."""
        with self._store.writing() as connection:
            connection.execute(
                update(_ROWS).where(_ROWS.c.id == rfi_id).values(annotation=annotation)
            )

    def _insert(self, connection: Connection, question: RfiQuestion) -> None:
        connection.execute(
            insert(_ROWS).values(
                id=question.id, question=question.model_dump_json(), received_at=self._now()
            )
        )

    def _add(self, connection: Connection, rfi_id: str, steps: Iterable[RfiStep]) -> None:
        for step in steps:
            connection.execute(
                insert(_STEPS).values(
                    rfi=rfi_id,
                    server=step.server,
                    number=step.number,
                    step=step.model_dump_json(),
                    received_at=self._now(),
                )
            )

    def _get(self, connection: Connection, rfi_id: str) -> Rfi:
        found = self._find(connection, rfi_id)
        if found is None:
            raise RfiError(f"no request {rfi_id[:40]!r}")
        return found

    def _find(self, connection: Connection, rfi_id: str) -> Rfi | None:
        row = connection.execute(
            select(_ROWS.c.question).where(_ROWS.c.id == rfi_id)
        ).scalar_one_or_none()
        if row is None:
            return None
        steps = connection.execute(select(_STEPS.c.step).where(_STEPS.c.rfi == rfi_id)).scalars()
        return Rfi(
            question=RfiQuestion.model_validate_json(row),
            steps=order_steps(RfiStep.model_validate_json(step) for step in steps),
        )


def select_answer_annotations() -> Select[tuple[str]]:
    """Return a query of the annotations that show answers."""
    return select(_ROWS.c.annotation).where(_ROWS.c.annotation.is_not(None))


def _check_step(rfi: Rfi, kind: StepKind) -> None:
    """Raise RfiError if a request has come too far for a step, or not far enough."""
    state = rfi.state
    if kind in ("assigned", "answered", "declined") and state in _ENDED:
        raise RfiError(f"the request is {state}: ask anew")
    if kind == "declined" and state == "answered":
        raise RfiError("the request can no longer be declined: answer it instead")
    if kind == "closed" and state == "closed":
        raise RfiError("the request is closed already")
    if kind in ("consent asked", "consented", "passed on") and rfi.answer is None:
        raise RfiError("the request has no answer yet")
