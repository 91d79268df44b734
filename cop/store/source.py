"""What a source says of itself, and what the warehouse knows of it."""

from datetime import datetime
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from cop.errors import ProfileError
from cop.model.marking import MARKINGS
from cop.model.moment import utc_now
from cop.store.publication import Publication
from cop.store.schema import SOURCES

SourceKind = Literal["events", "sensors", "statistics", "places", "lines", "terrain"]


class Source(BaseModel):
    """Where records come from, on what terms, and how far they may go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")
    title: str
    publisher: str
    terms: str
    attribution: str = ""
    marking: str = "TLP:CLEAR"
    synthetic: bool = False
    kind: SourceKind = "events"
    cadence_days: float | None = None

    @field_validator("marking")
    @classmethod
    def _known_marking(cls, value: str) -> str:
        if value not in MARKINGS:
            raise ProfileError(f"marking {value!r}: use one of {', '.join(MARKINGS)}")
        return value


class SourceState(BaseModel):
    """A source with what is loaded of it at one version."""

    model_config = ConfigDict(frozen=True)

    source: Source
    n: int
    count: int
    oldest: datetime | None
    newest: datetime | None
    loaded_at: datetime


def source_frame(sources: dict[str, tuple[Source, datetime]]) -> pd.DataFrame:
    """Give the sources as the rows of the ``sources`` dataset."""
    rows = [source.model_dump() | {"loaded_at": at} for source, at in sources.values()]
    frame = pd.DataFrame(rows, columns=[*Source.model_fields, "loaded_at"])
    return frame.astype({"cadence_days": "float64", "loaded_at": "datetime64[us]"})


def register_source(publication: Publication, source: Source) -> None:
    """Add or renew what a source says of itself, loaded now."""
    held = {}
    if publication.holds(SOURCES):
        for row in publication.read(SOURCES).to_dict("records"):
            loaded_at = row.pop("loaded_at")
            cadence = row["cadence_days"]
            row["cadence_days"] = None if cadence != cadence else cadence  # noqa: PLR0124 NaN
            held[row["id"]] = (Source(**row), loaded_at)
    held[source.id] = (source, utc_now())
    publication.replace(SOURCES, source_frame(held))
