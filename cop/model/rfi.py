"""Requests for information: a question on a place, its steps, its answer, and its clocks."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from cop.errors import FilterError, RfiError
from cop.model.area import Area
from cop.model.marking import (
    MARKINGS,
    MOST_AGENCIES,
    Marking,
    MarkingError,
    check_marking,
    highest_marking,
    is_agency,
    parse_marking,
)
from cop.model.moment import format_dtg
from cop.model.place import format_mgrs, mgrs_digits
from cop.model.release import Release
from cop.model.uploaded import Person

USUAL_DUE_H: Final = 48
MOST_DUE_H: Final = 24 * 60
MOST_RECORDS: Final = 50
MOST_UNCERTAINTY_M: Final = 100_000
_LONGEST_TEXT: Final = 1_000
_RFI_ID: Final = r"^[a-z2-7]{20}$"
_CONSENT_FROM: Final = MARKINGS.index("TLP:AMBER")

Part = TypeVar("Part", bound=BaseModel)
_OF_AN_ANSWER: Final = ("consent asked", "consented", "passed on")
StepKind = Literal[
    "assigned", "answered", "declined", "closed", "consent asked", "consented", "passed on"
]
RfiState = Literal["asked", "assigned", "answered", "declined", "closed"]
RfiText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=_LONGEST_TEXT,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
    ),
]


def _check(marking: str) -> str:
    try:
        return check_marking(marking)
    except MarkingError as fault:
        raise ValueError(str(fault)) from None


def _check_code(code: str) -> str:
    if not is_agency(code):
        raise ValueError("use 2 to 12 characters A-Z, 0-9 and -")
    return code


class RfiPlace(BaseModel):
    """The place of a question: a point within ``uncertainty_m``, a county, or a drawn area.

    ``lon`` and ``lat`` are degrees EPSG:4326; of a county and an area they are a point inside it.
    ``area`` is ``lon lat,lon lat,...``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    uncertainty_m: Annotated[float, Field(ge=0, le=MOST_UNCERTAINTY_M, allow_inf_nan=False)] = 0.0
    county: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    area: str = ""

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if self.area:
            if self.county:
                raise ValueError("state a county or an area")
            try:
                Area.from_text(self.area)
            except FilterError as fault:
                raise ValueError(str(fault)) from None
        return self

    @classmethod
    def of_area(cls, area: Area) -> Self:
        """Return a drawn area as a place."""
        inside = area.polygon.representative_point()
        return cls(lon=inside.x, lat=inside.y, area=area.to_text())

    @property
    def words(self) -> str:
        """The place in words."""
        grid = format_mgrs(self.lat, self.lon, digits=mgrs_digits(max(self.uncertainty_m, 10)))
        if self.county:
            return f"county {self.county}"
        if self.area:
            return f"a drawn area of {Area.from_text(self.area).size} around MGRS {grid}"
        within = f", within {self.uncertainty_m:,.0f} m" if self.uncertainty_m else ""
        return f"MGRS {grid}{within}"


class RfiQuestion(BaseModel):
    """What is asked, of whom, by whom; it does not change. Moments are naive UTC.

    ``server`` is the agency whose server it was asked on; ``asked_from`` asks ``asked_of``, which
    is a partner or an agency at that server's table. ``since`` and ``until`` are the time that it
    is about, ``picture`` is a saved Picture of that server. ``due_h`` is the time to answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=_RFI_ID)]
    server: str
    asked_from: str
    asked_of: str
    asked_by: Person
    asked_at: datetime
    text: Annotated[RfiText, Field(min_length=3)]
    place: RfiPlace
    since: datetime | None = None
    until: datetime | None = None
    picture: Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{0,20}$")] = ""
    due_h: Annotated[int, Field(ge=1, le=MOST_DUE_H)] = USUAL_DUE_H
    marking: str = "TLP:AMBER"
    synthetic: bool = False

    _is_marking = field_validator("marking")(_check)
    _are_codes = field_validator("server", "asked_from", "asked_of")(_check_code)

    @field_validator("asked_at", "since", "until")
    @classmethod
    def _is_naive(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            raise ValueError("moments are naive UTC")
        return moment

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.asked_of == self.asked_from:
            raise ValueError(f"{self.asked_of} asks itself: ask another agency")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError("the time that it is about ends before it begins")
        return self

    @classmethod
    def build(cls, **stated: Any) -> Self:
        """Build one; RfiError names the field that is not valid, and what to do."""
        return build_rfi_part(cls, **stated)

    @property
    def due_at(self) -> datetime:
        """When it has to be answered."""
        return self.asked_at + timedelta(hours=self.due_h)

    @property
    def window_words(self) -> str:
        """The time that it is about in words; empty for any time."""
        if self.since is None and self.until is None:
            return ""
        first = "the beginning" if self.since is None else format_dtg(self.since)
        last = "now" if self.until is None else format_dtg(self.until)
        return f"from {first} to {last}"


class RecordName(BaseModel):
    """A record between servers: its originator, its source there, and what it is known by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: str
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    record: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

    _is_code = field_validator("origin")(_check_code)


class RfiAnswer(BaseModel):
    """An answer: text, records or an uploaded layer, with its originator and marking.

    ``records`` are ids of events here. ``named`` are records as they travel between servers, and
    ``n_records`` is how many the originator named. A ``layer`` is one of the originator's server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    originator: str
    marking: str
    text: RfiText = ""
    records: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")], ...],
        Field(max_length=MOST_RECORDS),
    ] = ()
    named: Annotated[tuple[RecordName, ...], Field(max_length=MOST_RECORDS)] = ()
    n_records: Annotated[int, Field(ge=0, le=MOST_RECORDS)] = 0
    layer: Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_-]*$")] = ""
    layer_title: str = ""

    _is_marking = field_validator("marking")(_check)
    _is_code = field_validator("originator")(_check_code)

    @field_validator("layer_title")
    @classmethod
    def _is_line(cls, title: str) -> str:
        return "".join(one if one.isprintable() else " " for one in title)[:100]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.text or self.records or self.n_records or self.layer):
            raise ValueError("write a text, or name records or a layer")
        return self


class RfiStep(BaseModel):
    """A step of a request: what was done, when and by whom; it does not change.

    Steps of a ``server`` are numbered from 1. ``to`` is who it is assigned to, or the agency that
    consent is asked for, given for, or an answer was passed on to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: str
    number: Annotated[int, Field(ge=1, le=1_000)]
    kind: StepKind
    at: datetime
    by: Person
    agency: str
    to: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    reason: RfiText = ""
    answer: RfiAnswer | None = None

    _are_codes = field_validator("server", "agency")(_check_code)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.answer is not None) != (self.kind in ("answered", "passed on")):
            raise ValueError(f"a step {self.kind!r} with or without an answer")
        if self.kind == "declined" and not self.reason:
            raise ValueError("say why it is declined: who asked reads it")
        if self.kind in ("assigned", "consent asked", "consented", "passed on") and not self.to:
            raise ValueError(f"say to whom it is {self.kind}")
        if self.at.tzinfo is not None:
            raise ValueError("moments are naive UTC")
        return self

    @property
    def words(self) -> str:
        """The step in words, without its answer."""
        what = {
            "assigned": f"Assigned to {self.to}",
            "answered": "Answered",
            "declined": f"Declined: {self.reason}",
            "closed": "Closed" + (f": {self.reason}" if self.reason else ""),
            "consent asked": f"Consent asked to pass the answer on to {self.to}",
            "consented": f"Consented that the answer is passed on to {self.to}",
            "passed on": f"Passed on to {self.to}",
        }[self.kind]
        return f"{what}; {format_dtg(self.at)}, {self.by} ({self.agency})"


class Rfi(BaseModel):
    """A request for information: its question and its steps, in the order in which they happened.

    Steps of several servers come in any order: what it is follows from which are there.
    """

    model_config = ConfigDict(frozen=True)

    question: RfiQuestion
    steps: tuple[RfiStep, ...] = ()

    @property
    def id(self) -> str:
        """Its id, the same on every server."""
        return self.question.id

    @property
    def state(self) -> RfiState:
        """How far it has come."""
        kinds = {step.kind for step in self.steps}
        for state in ("closed", "declined", "answered", "assigned"):
            if state in kinds:
                return state
        # What was passed on is an answer for who gets it.
        return "answered" if "passed on" in kinds and not kinds - {"passed on"} else "asked"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None and self.state in ("asked", "assigned")

    @property
    def answer(self) -> RfiAnswer | None:
        """Its newest answer."""
        found = [s.answer for s in self.steps if s.kind == "answered"]
        found = found or [s.answer for s in self.steps if s.kind == "passed on"]
        return found[-1] if found else None

    @property
    def answered_at(self) -> datetime | None:
        """When it was first answered or declined."""
        return min((s.at for s in self.steps if s.kind in ("answered", "declined")), default=None)

    @property
    def time_to_answer(self) -> timedelta | None:
        """How long the first answer took; None before it."""
        at = self.answered_at
        return None if at is None else max(at - self.question.asked_at, timedelta(0))

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it should have been answered by a moment, and is not."""
        return self.is_open and now > self.question.due_at

    @property
    def assignee(self) -> str:
        """Who answers it; empty before somebody is named."""
        return next((s.to for s in reversed(self.steps) if s.kind == "assigned"), "")

    def number_of(self, server: str) -> int:
        """Return the number of a server's newest step; 0 before the first."""
        return max((step.number for step in self.steps if step.server == server), default=0)

    def concerns(self, agency: str) -> bool:
        """Return whether it is for an agency or from it, or its answer was passed on to it."""
        question = self.question
        return agency in (question.server, question.asked_from, question.asked_of) or any(
            step.kind == "passed on" and step.to == agency for step in self.steps
        )

    def has_consent(self, to: str) -> bool:
        """Return whether the originator lets its newest answer be passed on to an agency."""
        answered = [step for step in self.steps if step.kind == "answered"]
        return bool(answered) and to in self._consents(answered[-1])

    def needs_consent(self, to: str) -> bool:
        """Return whether passing its answer on to an agency needs the originator's consent.

        From TLP:AMBER up TLP 2.0 lets a recipient share within its own organization alone.
        """
        answer = self.answer
        if answer is None:
            return False
        found = parse_marking(answer.marking)
        return (
            found.level >= _CONSENT_FROM
            and to not in found.agencies
            and to not in (answer.originator, self.question.asked_from)
        )

    def mark_answer(self, answer: RfiAnswer) -> str:
        """Return the marking of an answer at a table.

        From TLP:AMBER up it is released to who asked and who answered, the originator, and those
        that it was passed on to, as far as its own marking names them.
        """
        label = parse_marking(answer.marking).label
        if MARKINGS.index(label) < _CONSENT_FROM:
            return answer.marking
        question = self.question
        own = (question.server, question.asked_from, question.asked_of, answer.originator)
        readers = [*dict.fromkeys((*own, *self._recipients(answer)))][:MOST_AGENCIES]
        return highest_marking((answer.marking, str(Marking.of(label, readers))))

    def _recipients(self, answer: RfiAnswer) -> list[str]:
        """Return whom an answer was passed on to, where consent was needed with consent."""
        passed = [
            step.to
            for step in self.steps
            if step.kind == "passed on" and step.answer == answer and is_agency(step.to)
        ]
        answered = [s for s in self.steps if s.kind == "answered" and s.answer == answer]
        if not answered:
            # At second hand nothing is known of consent: who passed it on has made sure of it.
            return passed
        may_get = {*parse_marking(answer.marking).agencies, *self._consents(answered[-1])}
        return [to for to in passed if to in may_get]

    def _consents(self, answered: RfiStep) -> set[str]:
        """Return to whom the originator lets an answer be passed on since it was given."""
        originator = answered.answer.originator if answered.answer else ""
        return {
            step.to
            for step in self.steps
            if step.kind == "consented"
            and step.agency == originator
            and step.server == answered.server
            and step.number > answered.number
        }

    def released_to(self, release: Release | None) -> Self | None:
        """Return what a release has of it; None if its question is withheld."""
        if release is None:
            return self
        if not release.admits(self.question.marking):
            return None
        steps = tuple(
            step
            for step in self.steps
            if step.answer is None or release.admits(self.mark_answer(step.answer))
        )
        if all(step.answer is None for step in steps):
            steps = tuple(step for step in steps if step.kind not in _OF_AN_ANSWER)
        return self.model_copy(update={"steps": steps})

    @property
    def marking(self) -> str:
        """The highest marking of question and answers."""
        answers = (step.answer.marking for step in self.steps if step.answer is not None)
        return highest_marking((self.question.marking, *answers))


def order_steps(steps: Iterable[RfiStep]) -> tuple[RfiStep, ...]:
    """Return steps in the order in which they happened."""
    return tuple(sorted(steps, key=lambda step: (step.at, step.server, step.number)))


def build_rfi_part(part: type[Part], /, **stated: Any) -> Part:
    """Build a part of a request; RfiError names the field that is not valid, and what to do."""
    try:
        return part.model_validate(stated)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"])) or part.__name__.lower().removeprefix("rfi")
        words = re.sub(r"^Value error, ", "", first["msg"])
        shown = f"{str(first['input'])[:60]!r}: " if first["loc"] else ""
        raise RfiError(f"{field}: {shown}{words}") from None
