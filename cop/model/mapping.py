"""A mapping: how the columns of an analyst's file become events, sensors or statistics."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cop.errors import MappingError
from cop.model.upload import Choices, Name

TargetKind = Literal["events", "sensors", "statistics"]
TARGETS: Final[tuple[TargetKind, ...]] = get_args(TargetKind)
LON, LAT, TIME = "(longitude)", "(latitude)", "(time)"
"""Columns that reading a file adds to its own: degrees of EPSG:4326, and ISO 8601 in UTC."""
READ: Final = (LON, LAT, TIME)
ISO_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%f"
"""How ``TIME`` and every other column of moments is written, as in strptime."""
MOST_NAME: Final = 60


class PlainFormat(BaseModel):
    """How such a file is written, where a profile could read it without the sealed process.

    ``time_format`` is as in strptime; with ``plain`` its position is numbers in two columns.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: Literal["csv", "geojson", "shapefile"] | None = None
    time_format: str | None = Field(default=None, max_length=60)
    plain: bool = False


class SavedMapping(BaseModel):
    """A mapping under a name, for files of exactly ``columns``.

    ``choices`` are how such a file is read. ``declared`` is a profile in the words of
    docs/add-a-source.md whose columns are the file's; what reading gives (position, time) is
    mapped by the names ``READ``. ``saved_at`` is naive UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    columns: tuple[Name, ...] = Field(min_length=1, max_length=5_000)
    choices: Choices
    declared: dict[str, Any]
    written: PlainFormat = PlainFormat()
    author: str
    saved_at: datetime

    @field_validator("name")
    @classmethod
    def _usable_name(cls, value: str) -> str:
        return check_mapping_name(value)

    @property
    def kind(self) -> TargetKind:
        """What the rows become."""
        kind: TargetKind = self.declared["kind"]
        return kind

    @field_validator("declared")
    @classmethod
    def _known_kind(cls, value: dict[str, Any]) -> dict[str, Any]:
        if value.get("kind") not in TARGETS:
            raise ValueError(f"kind {value.get('kind')!r} is not one of {', '.join(TARGETS)}")
        return value


def check_mapping_name(name: str) -> str:
    """Return a name, stripped; MappingError if it is not valid."""
    found = name.strip()
    if not found or len(found) > MOST_NAME or not found.isprintable():
        raise MappingError(
            f"mapping {found[:40]!r}: use 1 to {MOST_NAME} characters on one line, without "
            "control characters"
        )
    return found


def key_of(columns: Iterable[str]) -> str:
    """Return the key of a set of columns: files with the same ones, in any order, share it."""
    text = json.dumps(sorted(set(columns)), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def used_columns(declared: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the file's columns that a profile's words name, each once; those of ``READ`` aside."""
    place = declared.get("place") or {}
    named = [
        *(declared.get("columns") or {}).values(),
        *(declared.get("attributes") or ()),
        *([place["column"]] if place.get("column") else []),
        *(rule["column"] for rule in declared.get("measures") or ()),
        *(declared.get("dimensions") or {}).values(),
    ]
    return tuple(name for name in dict.fromkeys(named) if name not in READ)
