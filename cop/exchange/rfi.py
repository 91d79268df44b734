"""Requests for information: asked, assigned, answered, passed on, each in the audit record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from pyproj import Geod

from cop.access.audit.log import AuditLog, RecordedAct
from cop.access.policy import Policy
from cop.errors import AnnotationError, RfiError
from cop.ingest.personal.cell import is_personal_cell
from cop.model.annotation import Drawing, Shape
from cop.model.area import Area, Vertex
from cop.model.audit import Actor
from cop.model.marking import highest_marking
from cop.model.moment import format_instant
from cop.model.release import Release
from cop.model.rfi import (
    MOST_UNCERTAINTY_M,
    Rfi,
    RfiAnswer,
    RfiPlace,
    RfiQuestion,
    RfiStep,
    StepKind,
    build_rfi_part,
)
from cop.query.named_record import read_record_markings
from cop.query.service import QueryService
from cop.store.room.room import Room

ASK, ANSWER, DECLINE = "ask rfi", "answer rfi", "decline rfi"
RECEIVE, RECEIVE_REPLY = "receive rfi", "receive rfi reply"
"""Actions of the audit record that the Sharing page counts."""
LEAVE_OUT_REPLY: Final = "leave out rfi reply"
"""The action where a partner answers a question that is not known here, as after a restore."""
SHOWN_H: Final = 168
"""How long an answer is shown on the map."""
MOST_SHOWN: Final = 20
"""How many answers of one partner are on the map at once."""
_RING: Final = 24
_LEAST_RING_M: Final = 100.0
_HALF_WAY: Final = 180.0
_LONGEST_TITLE: Final = 80
_GEOD: Final = Geod(ellps="WGS84")


@dataclass(frozen=True, kw_only=True)
class RfiDesk:
    """Who works on requests: what they may read, who they are, and where it is recorded.

    ``service`` is released to them, ``actor`` is recorded, ``name`` signs what they do.
    """

    service: QueryService
    policy: Policy
    audit: AuditLog
    actor: Actor
    name: str

    @property
    def agency(self) -> str:
        """The agency of who works."""
        return self.actor.agency or self.policy.host

    @property
    def room(self) -> Room:
        """What they may read of the room."""
        return self.service.room

    def ask(self, *, asked_of: str, place: RfiPlace, text: str, marking: str, **stated: Any) -> Rfi:
        """Ask a partner, or an agency of the policy; RfiError says what is wrong with it.

        ``stated`` are further fields of a question.
        """
        _check_text("question", text)
        release = self._release(asked_of)
        if not release.admits(marking):
            raise RfiError(
                f"{asked_of} may not read the question: {release.why_not(marking)}; mark it lower, "
                "or change what it may read (`cop partner give`, policy file)"
            )
        self._check_own(marking)
        if stated.get("picture"):
            self.room.pictures.get(stated["picture"])
        stated.setdefault("synthetic", self.service.view().records == "synthetic")
        with self.audit.recorded(self.actor, ASK, "rfi", asked_of=asked_of) as act:
            rfi = self.room.rfis.ask(
                server=self.policy.host, asked_from=self.agency, asked_of=asked_of,
                asked_by=self.name, place=place, text=text, marking=marking, **stated,
            )  # fmt: skip
            self._describe(act, rfi)
        return rfi

    def assign(self, rfi_id: str, to: str) -> Rfi:
        """Assign a request to somebody of this server."""
        return self._take("assign rfi", self._find_own(rfi_id), "assigned", to=to.strip())

    def answer(
        self,
        rfi_id: str,
        *,
        text: str = "",
        records: Sequence[str] = (),
        layer: str = "",
        marking: str,
        originator: str = "",
    ) -> Rfi:
        """Answer a request, or answer it again; its marking is at least that of what it names.

        ``originator`` is whose answer it is, usually the own agency's. Raise RfiError for records
        or a layer that are not there, and where who asked may not read the answer.
        """
        rfi = self._find_own(rfi_id)
        _check_text("answer", text)
        markings, title = self._read_markings(records, layer)
        answer = build_rfi_part(
            RfiAnswer, originator=originator or self.actor.agency or rfi.question.asked_of,
            text=text, records=tuple(records), n_records=len(records), layer=layer,
            layer_title=title, marking=highest_marking((marking, *markings)),
        )  # fmt: skip
        self._check_own(answer.marking)
        asker = _asker(rfi, self.policy.host)
        release = self._release(asker)
        if asker != self.policy.host and not release.admits(answer.marking):
            raise RfiError(
                f"{asker} asked, and may not read the answer: {release.why_not(answer.marking)}"
            )
        done = self._take(ANSWER, rfi, "answered", answer=answer)
        self.show(done)
        return done

    def decline(self, rfi_id: str, reason: str) -> Rfi:
        """Decline to answer, for a reason that who asked reads."""
        _check_text("reason", reason)
        return self._take(DECLINE, self._find_own(rfi_id), "declined", reason=reason)

    def close(self, rfi_id: str, reason: str = "") -> Rfi:
        """Close a request that was asked on this server."""
        _check_text("reason", reason)
        rfi = self.room.rfis.get(rfi_id)
        if not self.is_asked_here(rfi):
            raise RfiError(f"{rfi.question.server} asked, and closes it")
        if not self.may_close(rfi):
            raise RfiError(
                f"{rfi.question.asked_from} asked: they close it, or {self.policy.host}; you are "
                f"of {self.agency}"
            )
        return self._take("close rfi", rfi, "closed", reason=reason)

    def ask_consent(self, rfi_id: str, to: str) -> Rfi:
        """Ask the originator for consent to pass the answer on to an agency."""
        return self._take("ask consent", self._find_asked_here(rfi_id), "consent asked", to=to)

    def consent(self, rfi_id: str, to: str, *, agency: str = "") -> Rfi:
        """Consent, as the originator, that the answer is passed on to an agency.

        ``agency`` is who consents, where the operator of the machine notes it for them.
        """
        rfi, consenting = self.room.rfis.get(rfi_id), agency or self.agency
        answered = [step for step in rfi.steps if step.kind == "answered"]
        if not answered or answered[-1].answer is None:
            raise RfiError("the request has no answer yet")
        originator = answered[-1].answer.originator
        if answered[-1].server != self.policy.host or consenting != originator:
            raise RfiError(
                f"{originator} originated the answer: consent is theirs, on their own server"
            )
        return self._take("consent rfi", rfi, "consented", to=to, agency=consenting)

    def pass_on(self, rfi_id: str, to: str) -> Rfi:
        """Pass the newest answer on to an agency; RfiError until the originator has consented."""
        rfi = self._find_asked_here(rfi_id)
        answer, release = rfi.answer, self._release(to)
        if answer is None:
            raise RfiError("the request has no answer yet")
        if rfi.needs_consent(to) and not rfi.has_consent(to):
            raise RfiError(
                f"the answer is {answer.marking} of {answer.originator}: it goes to {to} only with "
                f"their consent; ask for it first (`cop rfi consent {rfi.id} --ask {to}`)"
            )
        for marking in (rfi.question.marking, answer.marking):
            if not release.admits(marking):
                raise RfiError(f"{to} may not read it: {release.why_not(marking)}")
        done = self._take("pass on rfi", rfi, "passed on", to=to, answer=answer)
        self.show(done)
        return done

    def show(self, rfi: Rfi) -> None:
        """Show an answer on the map for a week, in place of an earlier one of the request.

        From TLP:AMBER up it is drawn for who has the answer alone (`Rfi.mark_answer`).
        """
        show_answer(self.room, rfi, by=self.name)

    def is_asked_here(self, rfi: Rfi) -> bool:
        """Return whether a request was asked on this server, which passes its answer on."""
        return rfi.question.server == self.policy.host

    def is_answered_here(self, rfi: Rfi) -> bool:
        """Return whether a request is answered on this server: of it, or of an agency here."""
        asked_of = rfi.question.asked_of
        if self.is_asked_here(rfi):
            return self.room.partners.find(asked_of) is None
        return asked_of == self.policy.host

    def may_answer(self, rfi: Rfi) -> bool:
        """Return whether who works may assign, answer and decline a request.

        These are people of the agency that is asked, and those of the host, who act for the table.
        """
        people = (rfi.question.asked_of, self.policy.host)
        return self.is_answered_here(rfi) and self.agency in people

    def may_close(self, rfi: Rfi) -> bool:
        """Return whether who works may close a request: people of who asked, or of the host."""
        people = (rfi.question.asked_from, self.policy.host)
        return self.is_asked_here(rfi) and self.agency in people

    def _find_own(self, rfi_id: str) -> Rfi:
        """Return a request that who works may answer; RfiError for another one."""
        rfi = self.room.rfis.get(rfi_id)
        asked_of = rfi.question.asked_of
        if not self.is_answered_here(rfi):
            raise RfiError(f"{asked_of} is asked, and answers on its own server")
        if not self.may_answer(rfi):
            raise RfiError(
                f"{asked_of} is asked: they answer, or {self.policy.host} for them; you are of "
                f"{self.agency}"
            )
        return rfi

    def _find_asked_here(self, rfi_id: str) -> Rfi:
        """Return a request that was asked on this server; RfiError for another one."""
        rfi = self.room.rfis.get(rfi_id)
        if not self.is_asked_here(rfi):
            raise RfiError(
                f"{rfi.question.server} asked: it asks for consent, and passes the answer on"
            )
        return rfi

    def _take(self, action: str, rfi: Rfi, kind: StepKind, **stated: Any) -> Rfi:
        subject = f"rfi {rfi.id}"
        with self.audit.recorded(self.actor, action, subject) as act:
            fields = {"agency": self.agency, **stated}
            done = self.room.rfis.take_step(
                rfi.id, kind, server=self.policy.host, by=self.name, **fields
            )
            self._describe(act, done)
            if "to" in stated:
                act.detail["to"] = stated["to"]
        return done

    def _describe(self, act: RecordedAct, rfi: Rfi) -> None:
        act.subject = f"rfi {rfi.id}"
        act.detail |= describe_rfi(rfi, host=self.policy.host)

    def _check_own(self, marking: str) -> None:
        """Raise RfiError for a marking above what who works here may read."""
        if not self.room.rfis.admits(marking):
            raise RfiError(f"marking: {marking} is not released to you: choose a lower one")

    def _release(self, agency: str) -> Release:
        """Return what an agency may read: a partner by its rules; RfiError if it is none."""
        partner = self.room.partners.find(agency)
        if partner is not None:
            if not partner.is_active:
                raise RfiError(f"partner {agency} is suspended: `cop partner resume {agency}`")
            return self.policy.agency_release(agency, highest=partner.rules.highest)
        if agency not in self.policy.agencies:
            known = sorted({*self.policy.agencies})
            raise RfiError(f"no agency {agency[:20]!r}: use one of {', '.join(known)[:300]}")
        return self.policy.agency_release(agency)

    def _read_markings(self, records: Sequence[str], layer: str) -> tuple[list[str], str]:
        """Return the markings of what an answer names, and the layer's title."""
        found = read_record_markings(self.service, records)
        missing = [one for one in records if one not in found]
        if missing:
            raise RfiError(f"record {missing[0][:40]!r}: there is none of that id")
        markings = list(found.values())
        if not layer:
            return markings, ""
        published = (
            one for one in self.service.snapshot.uploaded.values() if one.state == "published"
        )
        found_layer = next((one for one in published if one.id == layer), None)
        if found_layer is None:
            raise RfiError(f"layer {layer[:40]!r}: none of that id is published")
        return [*markings, found_layer.declared.marking], found_layer.declared.title


def describe_rfi(rfi: Rfi, *, host: str) -> dict[str, Any]:
    """Return what the audit record has of a request: who, when due, and how long it took."""
    took = rfi.time_to_answer
    return {
        "asker": _asker(rfi, host),
        "answerer": rfi.question.asked_of,
        "asked_at": format_instant(rfi.question.asked_at),
        "due_at": format_instant(rfi.question.due_at),
        "marking": rfi.marking,
        **({} if took is None else {"answered_after_s": int(took.total_seconds())}),
    }


def show_received_answer(
    room: Room, rfi: Rfi, news: Sequence[RfiStep], *, sender: str, host: str
) -> None:
    """Draw an answer that is news of a partner: to this server's question, or passed on to it.

    Of a partner MOST_SHOWN are on the map at once; the others are on the page Requests alone.
    """
    is_own = rfi.question.server == host
    if any(
        step.kind == "answered" if is_own else step.kind == "passed on" and step.to == host
        for step in news
    ):
        shown = rfi if is_own else rfi.model_copy(update={"question": _bound_place(rfi.question)})
        show_answer(room, shown, by=sender, most=MOST_SHOWN)


def _bound_place(question: RfiQuestion) -> RfiQuestion:
    """Return a partner's question with an area as large as the ring of a position may be."""
    place = question.place
    if not place.area:
        return question
    west, south, east, north = Area.from_text(place.area).bounds
    across_m = _GEOD.inv(west, south, east, north)[2]
    if east - west <= _HALF_WAY and across_m <= 2 * MOST_UNCERTAINTY_M:
        return question
    ring = place.model_copy(update={"area": "", "uncertainty_m": MOST_UNCERTAINTY_M})
    return question.model_copy(update={"place": ring})


def show_answer(room: Room, rfi: Rfi, *, by: str, most: int | None = None) -> None:
    """Draw an answer on the map; one that was drawn before is replaced.

    Where the map is full, has the ``most`` of who draws, the place cannot be drawn, or who draws
    may not read the answer, nothing is drawn.
    """
    answer = rfi.answer
    if answer is None or not room.rfis.admits(rfi.mark_answer(answer)):
        return
    earlier, shown = room.rfis.annotation_of(rfi.id), room.rfis.shown_annotations()
    live = {one.id: one.author for one in room.annotations.list() if one.id in shown}
    if earlier not in live:
        earlier = None
        if most is not None and [*live.values()].count(by) >= most:
            return
    try:
        drawing = build_drawing(rfi, answer, replaces=earlier)
        drawn = room.annotations.draw(drawing, author=by, is_answer=True)
    except (AnnotationError, ValueError):
        # A partner's place may be too large to draw: its answer is taken all the same.
        return
    room.rfis.note_annotation(rfi.id, drawn.id)


def build_drawing(rfi: Rfi, answer: RfiAnswer, *, replaces: str | None = None) -> Drawing:
    """Return the annotation of an answer: the area, a ring of the uncertainty, or the point."""
    place = rfi.question.place
    said = answer.text or (
        f"layer {answer.layer_title}" if answer.layer else f"{answer.n_records} records"
    )
    words = f"RFI answered: {' '.join(said.split())}"
    if rfi.question.synthetic:
        words = f"SYNTHETIC: {words}"
    shape, coordinates = _shape(place)
    return Drawing(
        shape=shape,
        purpose="interest",
        title=words if len(words) <= _LONGEST_TITLE else f"{words[: _LONGEST_TITLE - 1]}…",
        coordinates=coordinates,
        marking=highest_marking((rfi.question.marking, rfi.mark_answer(answer))),
        lasts_h=SHOWN_H,
        replaces=replaces,
    )


def _shape(place: RfiPlace) -> tuple[Shape, tuple[Vertex, ...]]:
    if place.area:
        return "area", Area.from_text(place.area).vertices
    if place.county:
        return "text", ((place.lon, place.lat),)
    if place.uncertainty_m < _LEAST_RING_M:
        return "point", ((place.lon, place.lat),)
    ring = shapely.MultiPoint(
        [
            _GEOD.fwd(place.lon, place.lat, 360 * n / _RING, place.uncertainty_m)[:2]
            for n in range(_RING)
        ]
    )
    west, _, east, _ = ring.bounds
    if east - west > _HALF_WAY:
        # Around a pole or across the antimeridian its vertices would span the world.
        return "point", ((place.lon, place.lat),)
    return "area", tuple((point.x, point.y) for point in ring.geoms)


def check_texts(question: RfiQuestion, steps: Sequence[RfiStep]) -> None:
    """Raise RfiError if a request holds what belongs to one person."""
    _check_text("question", question.text)
    for step in steps:
        _check_text("reason", step.reason)
        if step.answer is not None:
            _check_text("answer", step.answer.text)


def _check_text(field: str, text: str) -> None:
    if is_personal_cell(text):
        raise RfiError(
            f"{field}: it holds a number or an address that belongs to one person: leave it out; "
            "the picture counts events, it identifies nobody"
        )


def _asker(rfi: Rfi, host: str) -> str:
    """Return who asks as it is known here: a partner, or an agency of this server."""
    question = rfi.question
    return question.asked_from if question.server == host else question.server
