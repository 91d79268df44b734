"""Requests for information that come in a package: read, limited, stored and recorded."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cop.exchange.manifest import Manifest
from cop.exchange.package import OpenedPackage
from cop.exchange.request_file import (
    REQUESTS_FILE,
    GivenRequest,
    ReceivedRequest,
    find_news,
    read_requests,
)
from cop.exchange.rfi import RECEIVE, RECEIVE_REPLY, describe_rfi, show_received_answer
from cop.store.room.rfi import MOST_OPEN
from cop.store.room.room import Room

NoteAct = Callable[[str, str, Mapping[str, Any]], object]
"""Records an act by its action, its subject and its detail; it raises where that cannot be."""


def read_given_requests(
    opened: OpenedPackage, *, receiver: str, room: Room
) -> tuple[tuple[GivenRequest, ...], tuple[str, ...]]:
    """Read the requests of a package, and the ids of those that are not known here any more.

    Raise PackageError if one of them may not be taken.
    """
    manifest = opened.manifest
    if REQUESTS_FILE not in {file.name for file in manifest.files}:
        return (), ()
    return read_requests(
        opened.path(REQUESTS_FILE),
        sender=manifest.sender,
        receiver=receiver,
        room=room,
        made_at=manifest.made_at,
    )


def take_requests(
    requests: tuple[GivenRequest, ...],
    manifest: Manifest,
    room: Room,
    *,
    host: str,
    note: NoteAct,
) -> tuple[ReceivedRequest, ...]:
    """Store what is new of the requests of a package, record it, and return it."""
    news = _limit(find_news(requests, room), room, manifest, note)
    for one in news:
        _note(note, one, sender=manifest.sender, host=host)
        room.rfis.receive(one.rfi.question, ())
        # Its steps are stored last: until then they are news when the package is taken again.
        show_received_answer(room, one.rfi, one.steps, sender=manifest.sender, host=host)
        room.rfis.receive(one.rfi.question, one.steps)
    return news


def _limit(
    news: Sequence[ReceivedRequest], room: Room, manifest: Manifest, note: NoteAct
) -> tuple[ReceivedRequest, ...]:
    """Leave out the new open requests of a partner that has MOST_OPEN here, and record how many."""
    new = [one for one in news if one.is_new and one.rfi.is_open]
    if not new:
        return tuple(news)
    room_left = max(0, MOST_OPEN - room.rfis.count_open(manifest.sender))
    left_out = {one.rfi.id for one in new[room_left:]}
    if left_out:
        detail = {"partner": manifest.sender, "n": len(left_out), "most": MOST_OPEN}
        note("leave out rfis", f"package {manifest.number} of {manifest.sender}", detail)
    return tuple(one for one in news if one.rfi.id not in left_out)


def _note(note: NoteAct, one: ReceivedRequest, *, sender: str, host: str) -> None:
    """Record what is new of a request: that it came, a reply to it, every other step."""
    subject, detail = f"rfi {one.rfi.id}", describe_rfi(one.rfi, host=host) | {"partner": sender}
    if one.is_new:
        is_asked = one.rfi.question.asked_of == host
        note(RECEIVE if is_asked else "receive passed rfi", subject, detail)
    for step in one.steps:
        is_reply = step.kind in ("answered", "declined")
        action = RECEIVE_REPLY if is_reply else "receive rfi step"
        note(action, subject, detail | {"step": step.kind, "number": step.number})
