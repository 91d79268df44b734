"""Profiles: small YAML files in data/profiles/ that map a source's columns to our schema."""

from math import isfinite
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from cop.errors import ProfileError
from cop.model.event import CONFIDENCES, DETECTIONS, KINDS, UNITS
from cop.settings import ROOT
from cop.store.source import Source

FOLDER = ROOT / "data" / "profiles"
REQUIRED = ("kind", "count", "unit", "occurred_at", "lon", "lat", "detection", "confidence")
OPTIONAL = ("source_id", "reported_at", "uncertainty_m")
FIXABLE = ("kind", "count", "unit", "detection", "confidence", "uncertainty_m")
"""What one value of the profile can say for every row; the rest needs a column."""
ALLOWED: dict[str, tuple[str, ...]] = {
    "kind": tuple(KINDS),
    "unit": UNITS,
    "detection": DETECTIONS,
    "confidence": CONFIDENCES,
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeRule(_Part):
    """How the source writes a moment; ``zone`` is an IANA name."""

    format: str
    zone: str = "UTC"
    precision: Literal["minute", "hour", "day", "month", "year"] = "minute"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError) as fault:
            raise ValueError(f"{value!r} is no IANA time zone, such as America/Denver") from fault
        return value


class Profile(_Part):
    """A source and the mapping of its columns: from ``columns``, ``maps`` of values, ``values``."""

    name: str
    kind: Literal["events"]
    source: Source
    reader: Literal["csv"]
    crs: str = "EPSG:4326"
    columns: dict[str, str]
    maps: dict[str, dict[str, str]] = Field(default_factory=dict)
    time: TimeRule
    values: dict[str, Any] = Field(default_factory=dict)
    attributes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_complete(self) -> "Profile":
        known = {*REQUIRED, *OPTIONAL}
        for name in (*self.columns, *self.values, *self.maps):
            if name not in known:
                raise ValueError(
                    f"{name!r} is no field of an event; use {', '.join(sorted(known))}"
                )
        missing = [n for n in REQUIRED if n not in self.columns and n not in self.values]
        if missing:
            raise ValueError(f"nothing says {', '.join(missing)}: map a column or give a value")
        return self

    @model_validator(mode="after")
    def _has_usable_values(self) -> "Profile":
        for name, value in self.values.items():
            if name not in FIXABLE:
                raise ValueError(f"values.{name}: it differs from row to row, so map a column")
            if name in ALLOWED and value not in ALLOWED[name]:
                raise ValueError(f"{name}: {value!r} is not one of {', '.join(ALLOWED[name])}")
        if not _is_number(count := self.values.get("count", 1)) or count % 1 or count < 0:
            raise ValueError(f"count: {count!r} is no whole number of at least 0")
        if not _is_number(metres := self.values.get("uncertainty_m", 0)) or metres < 0:
            raise ValueError(f"uncertainty_m: {metres!r} is no number of at least 0")
        return self


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def profile_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """List the profiles there are."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def read_profile(name: str, folder: Path = FOLDER) -> Profile:
    """Read one profile by name; ProfileError says what is wrong with it."""
    known = profile_names(folder)
    if name not in known:
        raise ProfileError(f"profile {name!r} does not exist; there are: {', '.join(known)}")
    path = folder / f"{name}.yaml"
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Profile(name=name, **declared)
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as fault:
        raise ProfileError(f"{path.name}: not a mapping in YAML: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "profile"
        raise ProfileError(f"{path.name}: {where}: {first['msg']}") from fault
