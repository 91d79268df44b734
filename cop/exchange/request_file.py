"""Requests for information in packages: what a partner gets of them, and what it may say."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cop.errors import PackageError, RfiError
from cop.exchange.rfi import check_texts
from cop.model.giving import Giver
from cop.model.marking import highest_marking
from cop.model.release import Release
from cop.model.rfi import (
    RecordName,
    Rfi,
    RfiAnswer,
    RfiQuestion,
    RfiStep,
    StepKind,
    order_steps,
)
from cop.query.given.record import find_own_granted
from cop.store.dataset.received import local_source, name_event
from cop.store.engine import Cursor
from cop.store.room.room import Room

REQUESTS_FILE: Final = "requests.json"
MOST_REQUESTS: Final = 500
_MOST_STEPS: Final = 200
_MOST_BYTES: Final = 5_000_000
_BETWEEN: Final = ", "
_AHEAD: Final = timedelta(minutes=10)
_OF_ASKER: Final[frozenset[StepKind]] = frozenset({"closed", "consent asked"})
_OF_ASKED: Final[frozenset[StepKind]] = frozenset({"assigned", "answered", "declined", "consented"})


class GivenRequest(BaseModel):
    """A request as it travels: its question, and the sender's own steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: RfiQuestion
    steps: Annotated[tuple[RfiStep, ...], Field(max_length=_MOST_STEPS)] = ()


_GIVEN: Final = TypeAdapter(Annotated[tuple[GivenRequest, ...], Field(max_length=MOST_REQUESTS)])


@dataclass(frozen=True, kw_only=True)
class ReceivedRequest:
    """A request that came: as it is stored now, whether it is new, and which steps are."""

    rfi: Rfi
    is_new: bool
    steps: tuple[RfiStep, ...]


def list_given_requests(
    room: Room, partner: str, *, agency: str, release: Release, now: datetime
) -> tuple[GivenRequest, ...]:
    """Return what a partner gets of the requests at a moment: those that are for it or from it.

    ``agency`` is this server's; it gives its own steps alone. What the partner may not read by its
    ``release`` is left out, and so is an answer that was passed on to another one, and a step that
    the partner would refuse, with everything else of the package. What has a time to come, by a
    clock that was wrong, is given once that is there.
    """
    found, latest = [], now + _AHEAD
    for rfi in room.rfis.list():
        question = rfi.question
        if not release.admits(question.marking) or question.asked_at > latest:
            continue
        steps = [
            step
            for step in rfi.steps
            if (step.answer is None or release.admits(step.answer.marking))
            and step.at <= latest
            and not _why_not_step(question, step, sender=agency, receiver=partner)
        ][-_MOST_STEPS:]
        if not steps and (question.server, question.asked_of) != (agency, partner):
            continue
        found.append(GivenRequest(question=question, steps=tuple(steps)))
    return tuple(found)


def digest_requests(given: Sequence[GivenRequest]) -> str:
    """Name what a partner gets of the requests: another step, another name."""
    stated = [(one.question.id, [(s.server, s.number) for s in one.steps]) for one in given]
    return hashlib.sha256(repr(stated).encode()).hexdigest()[:32]


def mark_requests(given: Sequence[GivenRequest]) -> str:
    """Return the highest marking of requests."""
    return highest_marking(
        marking
        for one in given
        for marking in (
            one.question.marking,
            *(step.answer.marking for step in one.steps if step.answer is not None),
        )
    )


def write_requests(
    path: Path, given: Sequence[GivenRequest], cursor: Cursor, *, giver: Giver
) -> tuple[GivenRequest, ...]:
    """Write the file of a package, and return which requests it has: as many as a partner takes.

    Of the records of answers it has those that the partner is given.
    """
    ids = {
        event
        for one in given
        for step in one.steps
        if step.answer is not None
        for event in step.answer.records
    }
    names = _name_records(cursor, ids, giver)
    texts, size = list[str](), len("[]")
    for one in given[:MOST_REQUESTS]:
        text = _write_request(one, names)
        size += len(text) + len(_BETWEEN)
        if size > _MOST_BYTES:
            break
        texts.append(text)
    path.write_text(f"[{_BETWEEN.join(texts)}]", encoding="ascii")
    return tuple(given[: len(texts)])


def _write_request(one: GivenRequest, names: Mapping[str, RecordName]) -> str:
    """Write a request, whose oldest steps are left out if it alone is more than a partner takes."""
    question = one.question.model_dump(mode="json")
    steps = [_name_step(step, names).model_dump(mode="json") for step in one.steps]
    while True:
        text = json.dumps({"question": question, "steps": steps})
        if len(text) < _MOST_BYTES - len("[]" + _BETWEEN) or not steps:
            return text
        steps = steps[(len(steps) + 1) // 2 :]


def parse_requests(path: Path) -> tuple[GivenRequest, ...]:
    """Read the requests of a package as they are stated; PackageError if they are none."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError(f"larger than {_MOST_BYTES:,} bytes")
        return _GIVEN.validate_json(path.read_bytes())
    except (OSError, ValueError, ValidationError) as fault:
        raise PackageError(f"{path.name}: not the requests of a package: {fault}") from fault


def read_requests(
    path: Path, *, sender: str, receiver: str, room: Room, made_at: datetime
) -> tuple[tuple[GivenRequest, ...], tuple[str, ...]]:
    """Read the requests of a package; PackageError for what its sender may not say.

    A server speaks of its own questions, answers those that it was asked, and passes answers on.
    Also return the ids of those that it answers as ours and that are not known here, as after a
    restore: they are left out, since nobody can tell whether they were asked.
    """
    given, named = parse_requests(path), set[str]()
    for one in given:
        why = "it is stated twice" if one.question.id in named else ""
        named.add(one.question.id)
        why = why or _why_not(one, sender=sender, receiver=receiver, room=room, made_at=made_at)
        if why:
            raise PackageError(f"{path.name}: request {one.question.id}: {why}; nothing was taken")
    unknown = tuple(
        one.question.id
        for one in given
        if one.question.server == receiver and room.rfis.find(one.question.id) is None
    )
    taken = tuple(
        one.model_copy(update={"steps": tuple(_localize_step(s, receiver) for s in one.steps)})
        for one in given
        if one.question.id not in unknown
    )
    return taken, unknown


def find_news(given: Sequence[GivenRequest], room: Room) -> tuple[ReceivedRequest, ...]:
    """Return what is new of requests that came, before it is stored."""
    found = []
    for one in given:
        known = room.rfis.find(one.question.id)
        stored = {(s.server, s.number) for s in (known.steps if known else ())}
        steps = tuple(step for step in one.steps if (step.server, step.number) not in stored)
        if known is None or steps:
            every = order_steps((*(known.steps if known else ()), *steps))
            rfi = Rfi(question=one.question, steps=every)
            found.append(ReceivedRequest(rfi=rfi, is_new=known is None, steps=steps))
    return tuple(found)


def _why_not(
    one: GivenRequest, *, sender: str, receiver: str, room: Room, made_at: datetime
) -> str:
    """Return why a sender may not say that of a request; empty if it may."""
    question, known = one.question, room.rfis.find(one.question.id)
    is_asker, is_ours = question.server == sender, question.server == receiver
    passed = any(step.kind == "passed on" and step.to == receiver for step in one.steps)
    faults = (
        (known is not None and known.question != question, "it has another question than before"),
        (
            known is None and not is_asker and not is_ours,
            f"{sender} answers what it was never asked",
        ),
        (
            not is_asker and (question.server, question.asked_of) != (receiver, sender),
            f"it is none of {sender}",
        ),
        (
            is_asker and question.asked_of != receiver and not passed,
            f"it is for {question.asked_of}",
        ),
        (question.asked_at > made_at + _AHEAD, "it was asked after the package was made"),
        (len({(s.server, s.number) for s in one.steps}) < len(one.steps), "a step is stated twice"),
    )
    steps = (
        _why_not_step(question, step, sender=sender, receiver=receiver)
        or (step.at > made_at + _AHEAD and f"step {step.number}: after the package was made")
        or ""
        for step in one.steps
    )
    why = next((words for is_so, words in faults if is_so), "") or next(filter(None, steps), "")
    if why:
        return why
    try:
        check_texts(question, one.steps)
    except RfiError as fault:
        return str(fault)
    return ""


def _why_not_step(question: RfiQuestion, step: RfiStep, *, sender: str, receiver: str) -> str:
    """Return why a sender may not say that step to a receiver; empty if it may."""
    if step.server != sender:
        return f"step {step.number} is of {step.server}, not of {sender}"
    if not _may_say(question, step, sender=sender, receiver=receiver):
        return f"{sender} cannot have {step.kind} it"
    if step.at < question.asked_at - _AHEAD:
        return f"step {step.number}: before it was asked"
    return ""


def _may_say(question: RfiQuestion, step: RfiStep, *, sender: str, receiver: str) -> bool:
    if question.server != sender:
        return (question.server, question.asked_of) == (receiver, sender) and step.kind in _OF_ASKED
    if question.asked_of == receiver:
        return step.kind in _OF_ASKER
    return step.kind == "passed on" and step.to == receiver


def _name_records(cursor: Cursor, ids: set[str], giver: Giver) -> Mapping[str, RecordName]:
    """Return how the partner knows own events by their id here: those that it is given."""
    return {
        event: RecordName(origin=giver.agency, source=source, record=record)
        for event, (source, record) in find_own_granted(cursor, ids, giver).items()
    }


def _name_step(step: RfiStep, names: Mapping[str, RecordName]) -> RfiStep:
    answer = step.answer
    if answer is None:
        return step
    named = tuple(names[event] for event in answer.records if event in names)
    return _with_answer(step, answer, records=(), named=named)


def _localize_step(step: RfiStep, receiver: str) -> RfiStep:
    """Return a step with its records as they are known here."""
    answer = step.answer
    if answer is None:
        return step
    records = tuple(
        name_event(local_source(name.origin, name.source), name.record)
        for name in answer.named
        if name.origin != receiver
    )
    return _with_answer(step, answer, records=records, named=())


def _with_answer(step: RfiStep, answer: RfiAnswer, **changes: object) -> RfiStep:
    return step.model_copy(update={"answer": answer.model_copy(update=changes)})
