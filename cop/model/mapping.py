"""A mapping: how the columns of an analyst's file become events, sensors or statistics."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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
_READ_BY: Final = ("reader", "crs", "reading")


UPLOAD: Final = "upload"
"""The reader of a profile whose files are read as the page Upload reads them."""


class FileReading(Choices):
    """How a profile's file is read in the sandbox: with these answers and no others.

    ``header`` are the columns of the file that it was made for; it is offered for others with
    exactly these.
    """

    header: tuple[Name, ...] = Field(default=(), max_length=5_000)

    @property
    def choices(self) -> Choices:
        """The answers alone."""
        return Choices.model_validate(self.model_dump(exclude={"header"}))

    def dump(self) -> dict[str, Any]:
        """Return it as a profile states it: what is not answered is left out."""
        return self.model_dump(mode="json", exclude_defaults=True)


class SavedMapping(BaseModel):
    """A profile that is saved in a room under a name, for files of exactly ``columns``.

    ``declared`` are the words of docs/add-a-source.md, with ``reader: upload`` and ``reading``;
    what reading gives (position, time) is mapped by the names ``READ``. ``saved_at`` is naive UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    declared: dict[str, Any]
    author: str
    saved_at: datetime

    @model_validator(mode="before")
    @classmethod
    def _restore(cls, stated: Any) -> Any:
        if not isinstance(stated, Mapping) or not _is_earlier(stated):
            return stated
        own = {name: stated[name] for name in ("author", "saved_at") if name in stated}
        declared = restore_declared(stated)
        return {**own, "name": declared.pop("name", ""), "declared": declared}

    @field_validator("name")
    @classmethod
    def _usable_name(cls, value: str) -> str:
        return check_mapping_name(value)

    @field_validator("declared")
    @classmethod
    def _is_read_as_upload(cls, value: dict[str, Any]) -> dict[str, Any]:
        if value.get("kind") not in TARGETS:
            raise ValueError(f"kind {value.get('kind')!r} is not one of {', '.join(TARGETS)}")
        if value.get("reader") != UPLOAD:
            raise ValueError(
                f"reader {value.get('reader')!r}: a mapping has reader: {UPLOAD}; load files by "
                "another profile with `cop ingest KIND FILE --profile`"
            )
        reading = FileReading.model_validate(value.get("reading") or {})
        if not reading.header:
            raise ValueError("reading.header: name the columns of the file")
        return {**value, "reading": reading.dump()}

    @property
    def kind(self) -> TargetKind:
        """What the rows become."""
        kind: TargetKind = self.declared["kind"]
        return kind

    @property
    def reading(self) -> FileReading:
        """How such a file is read."""
        return FileReading.model_validate(self.declared["reading"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that it was made for."""
        return self.reading.header


def restore_declared(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a profile, also of a mapping that 0.1.0 exported or stored.

    Such a mapping holds ``columns`` and ``choices`` beside ``declared``.
    """
    if not _is_earlier(stated):
        return dict(stated)
    choices = stated.get("choices") or {}
    if isinstance(choices, Choices):
        choices = choices.model_dump(mode="json", exclude_defaults=True)
    named = {"name": stated["name"]} if "name" in stated else {}
    return named | build_declared(stated["declared"], {**choices, "header": stated["columns"]})


def _is_earlier(stated: Mapping[str, Any]) -> bool:
    is_whole = isinstance(stated.get("declared"), Mapping) and "columns" in stated
    return is_whole and isinstance(stated.get("choices") or {}, Mapping | Choices)


def build_declared(declared: Mapping[str, Any], reading: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words of a profile whose files are read as uploads by ``reading``."""
    rest = {name: value for name, value in declared.items() if name not in _READ_BY}
    first: dict[str, Any] = {n: rest.pop(n) for n in ("kind", "source") if n in rest}
    return {**first, "reader": UPLOAD, "reading": dict(reading), **rest}


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
