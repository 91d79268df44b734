"""Reports from the field: what a person saw, where and when, and what became of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from cop.errors import ReportError
from cop.model.event import KINDS

FIELD_SOURCE: Final = "field_reports"
RELIABILITY: Final[Mapping[str, str]] = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
"""Grades of a source (NATO AJP-2.1, STANAG 2511)."""
CREDIBILITY: Final[Mapping[str, str]] = {
    "1": "confirmed by other sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}
"""Grades of information (NATO AJP-2.1, STANAG 2511)."""
UNCONFIRMED: Final = "unconfirmed"
_CONFIDENCE: Final[Mapping[str, str]] = {"1": "high", "2": "high", "3": "medium"}
_UNITS: Final[Mapping[str, str]] = {
    "seizure": "items",
    "tunnel": "items",
    "drone": "items",
    "other": "items",
}
_LONGEST_NOTE, _MOST_COUNT = 500, 10_000
_OLDEST, _AHEAD = timedelta(days=30), timedelta(minutes=10)
ReportState = Literal["unconfirmed", "graded", "left out"]


class ReportEntry(BaseModel):
    """What a report says: ``id`` is made by who sends it, so that it counts once.

    ``lon`` and ``lat`` are EPSG:4326 degrees, ``accuracy_m`` the radius within which it was;
    ``occurred_at`` is naive UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[
        str,
        StringConstraints(
            pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
        ),
    ]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    accuracy_m: Annotated[float, Field(ge=0, le=50_000, allow_inf_nan=False)]
    kind: str
    count: Annotated[int, Field(ge=1, le=_MOST_COUNT)]
    occurred_at: datetime
    note: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            max_length=_LONGEST_NOTE,
            pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
        ),
    ] = ""

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: str) -> str:
        if kind not in KINDS:
            raise ValueError(f"use one of {', '.join(KINDS)}")
        return kind

    @field_validator("occurred_at")
    @classmethod
    def _to_utc(cls, moment: datetime) -> datetime:
        offset = moment.utcoffset()
        if offset is None:
            raise ValueError("state the time zone, as 2026-11-24T18:30:00Z")
        return (moment - offset).replace(tzinfo=None, microsecond=0)

    @classmethod
    def build(cls, stated: Mapping[str, Any], *, now: datetime) -> Self:
        """Build one; ReportError names the field that is not valid, and what to do."""
        try:
            entry = cls.model_validate(stated)
        except ValidationError as fault:
            first = fault.errors(include_url=False, include_context=False)[0]
            field = ".".join(map(str, first["loc"])) or "report"
            raise ReportError(f"{field}: {str(first['input'])[:60]!r}: {first['msg']}") from None
        if entry.occurred_at > now + _AHEAD:
            raise ReportError("occurred_at: it lies ahead: check the clock of the phone")
        if entry.occurred_at < now - _OLDEST:
            raise ReportError(
                f"occurred_at: it lies more than {_OLDEST.days} days back: send it as a file "
                "(page Upload)"
            )
        return entry

    @property
    def unit(self) -> str:
        """What is counted."""
        return _UNITS.get(self.kind, "people")


class Grade(BaseModel):
    """How far a report is to be believed: its source, A to F, and its information, 1 to 6."""

    model_config = ConfigDict(frozen=True)

    source: str
    information: str

    @field_validator("source")
    @classmethod
    def _known_source(cls, source: str) -> str:
        if source not in RELIABILITY:
            raise ValueError(f"use one of {', '.join(RELIABILITY)}")
        return source

    @field_validator("information")
    @classmethod
    def _known_information(cls, information: str) -> str:
        if information not in CREDIBILITY:
            raise ValueError(f"use one of {', '.join(CREDIBILITY)}")
        return information

    @property
    def code(self) -> str:
        """The grade as it is written, ``B2``."""
        return f"{self.source}{self.information}"

    @property
    def words(self) -> str:
        """The grade in words."""
        return f"{self.code}: {RELIABILITY[self.source]}, {CREDIBILITY[self.information]}"


class ReportUse(BaseModel):
    """Where a report was used: a brief or a saved Picture, by its title."""

    model_config = ConfigDict(frozen=True)

    title: str
    at: datetime


class FieldReport(BaseModel):
    """A report and what became of it; moments are naive UTC.

    ``sender`` is the id of who sent it, which no page shows to others; ``agency`` is theirs.
    ``photo`` is the sha256 of its photo. ``reason`` says why it was left out.
    ``marking`` is that of its event when it was left out, None where it was not or had no event.
    """

    model_config = ConfigDict(frozen=True)

    entry: ReportEntry
    sender: str
    agency: str
    received_at: datetime
    photo: str | None = None
    version: int | None = None
    grade: Grade | None = None
    graded_at: datetime | None = None
    graded_by: str | None = None
    reason: str = ""
    marking: str | None = None
    uses: tuple[ReportUse, ...] = ()

    @property
    def state(self) -> ReportState:
        """What became of it."""
        if self.graded_at is None:
            return "unconfirmed"
        return "left out" if self.grade is None else "graded"

    @property
    def is_answered(self) -> bool:
        """Whether somebody has said what became of it."""
        return self.graded_at is not None

    def to_row(self) -> dict[str, Any]:
        """Return it as the row of an event, by the fields of its profile."""
        entry, grade = self.entry, self.grade
        return {
            "source_id": entry.id,
            "kind": entry.kind,
            "count": entry.count,
            "unit": entry.unit,
            "occurred_at": f"{entry.occurred_at:%Y-%m-%dT%H:%M:%SZ}",
            "reported_at": f"{self.received_at:%Y-%m-%dT%H:%M:%SZ}",
            "lon": entry.lon,
            "lat": entry.lat,
            "uncertainty_m": entry.accuracy_m,
            "confidence": "low" if grade is None else _CONFIDENCE.get(grade.information, "low"),
            "grade": UNCONFIRMED if grade is None else grade.code,
            "agency": self.agency,
            "marking": self.marking,
        }
