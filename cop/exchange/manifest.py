"""The manifest of a package: whose it is, for whom, what it holds, and how far it may go."""

import json
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from cop.model.marking import MarkingError, check_marking, is_agency

FORMAT: Final = 1
MOST_FILES: Final = 10_000
MOST_NUMBER: Final = 10**12
"""Numbers follow the seconds since 1970."""
LONGEST_VALID: Final = timedelta(days=366)
CLOCK_SKEW: Final = timedelta(hours=1)
"""By so much the clock of a sender may be ahead of ours."""


def _need_naive(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise ValueError("moments are naive UTC")
    return moment


MemberName = Annotated[
    str,
    StringConstraints(
        max_length=100,
        pattern=r"^[a-z0-9][a-z0-9_-]{0,59}(/[a-z0-9][a-z0-9_-]{0,79})?\.[a-z0-9]{1,8}$",
    ),
]
Moment = Annotated[datetime, AfterValidator(_need_naive)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_MOST_BYTES: Final = 1 << 40


class PackagedFile(BaseModel):
    """A file of a package: its name, its digest, its size in bytes, and how many rows it has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: MemberName
    sha256: Sha256
    size: Annotated[int, Field(ge=0, le=_MOST_BYTES)]
    rows: Annotated[int, Field(ge=0, le=MOST_NUMBER)] = 0


class Manifest(BaseModel):
    """What a package says of itself; moments are naive UTC.

    Packages from one server to another are numbered from 1. This one leads from what was given up
    to number ``since`` to what is given now, from nothing where that is 0. ``version`` is that of
    the sender's warehouse; ``has`` is the newest number that the sender has of the receiver's own
    packages. ``marking`` is the highest in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = FORMAT
    sender: str
    receiver: str
    number: Annotated[int, Field(ge=1, le=MOST_NUMBER)]
    since: Annotated[int, Field(ge=0, le=MOST_NUMBER)]
    made_at: Moment
    expires_at: Moment
    version: Annotated[int, Field(ge=0, le=MOST_NUMBER)]
    since_version: Annotated[int, Field(ge=0, le=MOST_NUMBER)] = 0
    has: Annotated[int, Field(ge=0, le=MOST_NUMBER)] = 0
    marking: str
    files: Annotated[tuple[PackagedFile, ...], Field(max_length=MOST_FILES)] = ()

    @field_validator("marking")
    @classmethod
    def _is_marking(cls, marking: str) -> str:
        try:
            return check_marking(marking)
        except MarkingError as fault:
            raise ValueError(str(fault)) from None

    @model_validator(mode="after")
    def _is_consistent(self) -> "Manifest":
        if not is_agency(self.sender) or not is_agency(self.receiver):
            raise ValueError("sender and receiver are codes of agencies")
        if self.since >= self.number:
            raise ValueError(f"number {self.number} follows none after it ({self.since})")
        if self.expires_at <= self.made_at:
            raise ValueError("it expires before it was made")
        if self.expires_at - self.made_at > LONGEST_VALID:
            raise ValueError(f"it is valid for more than {LONGEST_VALID.days} days")
        names = [file.name for file in self.files]
        if len({*names}) < len(names):
            raise ValueError("a file is named twice")
        return self

    def encode(self) -> bytes:
        """Return the bytes that are signed: JSON, names sorted, ASCII."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True).encode("ascii")
