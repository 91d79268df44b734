"""The sources of what a partner is given: whose they are, on what terms."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from cop.model.marking import MarkingError, check_marking, is_agency
from cop.query.service import QueryService
from cop.store.dataset.received import local_source
from cop.store.engine import Cursor, fetch
from cop.store.given.event import GRANTED

Text = Annotated[
    str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")
]


class GivenSource(BaseModel):
    """A source as it is given; ``id`` is the one that its origin gave it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: str
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    title: Text
    publisher: Text
    terms: Text
    attribution: Text = ""
    marking: str
    synthetic: bool = False
    cadence_days: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None

    @field_validator("origin")
    @classmethod
    def _is_code(cls, code: str) -> str:
        if not is_agency(code):
            raise ValueError("not the code of an agency")
        return code

    @field_validator("marking")
    @classmethod
    def _is_marking(cls, marking: str) -> str:
        try:
            return check_marking(marking)
        except MarkingError as fault:
            raise ValueError(str(fault)) from None


def list_sources(cursor: Cursor, service: QueryService, *, agency: str) -> tuple[GivenSource, ...]:
    """Return the sources of what is granted in GRANTED; ``agency`` is this server's own."""
    rows = fetch(cursor, f"SELECT DISTINCT origin, origin_source FROM {GRANTED} ORDER BY ALL")
    known = service.snapshot.sources
    found = []
    for origin, name in rows:
        state = known.get(name if origin == agency else local_source(origin, name))
        if state is not None:
            stated = state.source.model_dump(include=set(GivenSource.model_fields) - {"id"})
            found.append(GivenSource(origin=origin, id=name, **stated))
    return tuple(found)
