"""Annotations: drawings on the shared map, with author, expiry and marking."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from cop.errors import FilterError
from cop.model.area import Area, Vertex, check_positions, describe_size, measure_km
from cop.model.marking import MarkingError, check_marking
from cop.model.moment import format_dtg, format_instant
from cop.model.style import Paint

Shape = Literal["point", "line", "area", "arrow", "text"]
SHAPES: Final[dict[Shape, str]] = {
    "point": "Point",
    "line": "Line",
    "area": "Area",
    "arrow": "Arrow",
    "text": "Text",
}
MOST_VERTICES = 500
LONGEST_KM = 10_000
LASTS_H: Final = (6, 24, 72, 168)
"""The choices for an annotation's duration in hours; else it stays until erased."""
MOST_LIVE = 500
_FEWEST: Final[dict[Shape, int]] = {"point": 1, "text": 1, "line": 2, "arrow": 2, "area": 3}


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """The purpose of an annotation: its name and color."""

    title: str
    paint: Paint


PURPOSES: Final[dict[str, Purpose]] = {
    "note": Purpose(title="Note", paint=Paint("#f0e442", "#6b5f00")),
    "interest": Purpose(title="Named area of interest", paint=Paint("#cc79a7", "#a2356f")),
    "patrol": Purpose(title="Patrol plan", paint=Paint("#56b4e9", "#0072b2")),
    "hazard": Purpose(title="Hazard", paint=Paint("#ff8a3d", "#b84a00")),
    "help": Purpose(title="Help needed", paint=Paint("#2fd0a0", "#00694d")),
    "other": Purpose(title="Other", paint=Paint("#d5dae0", "#414b57")),
}
"""By key; Okabe and Ito's hues, lighter on dark and darker on light ground."""

Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
AnnotationId = Annotated[str, StringConstraints(pattern=r"^[a-z2-7]{10}$")]


class Drawing(BaseModel):
    """A drawing to add; ``replaces`` is the annotation that it updates.

    ``coordinates`` are (lon, lat) in degrees, EPSG:4326; an area is closed by itself. ``lasts_h``
    is its duration in hours, None until it is erased.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    shape: Shape
    purpose: str = "note"
    title: Title
    coordinates: Annotated[tuple[Vertex, ...], Field(min_length=1, max_length=MOST_VERTICES)]
    marking: str = "TLP:CLEAR"
    lasts_h: Annotated[int | None, Field(ge=1, le=24 * 366)] = 24
    replaces: AnnotationId | None = None

    @field_validator("purpose")
    @classmethod
    def _known_purpose(cls, purpose: str) -> str:
        if purpose not in PURPOSES:
            raise ValueError(f"use one of {', '.join(PURPOSES)}")
        return purpose

    @field_validator("marking")
    @classmethod
    def _known_marking(cls, marking: str) -> str:
        try:
            return check_marking(marking)
        except MarkingError as fault:
            raise ValueError(str(fault)) from None

    @model_validator(mode="after")
    def _drawable(self) -> Self:
        try:
            check_positions(self.coordinates)
            if self.shape == "area":
                Area.of(self.coordinates)
        except FilterError as fault:
            raise ValueError(str(fault)) from fault
        n, fewest = len(self.coordinates), _FEWEST[self.shape]
        if n < fewest or (fewest == 1 and n > 1):
            raise ValueError(f"a {self.shape} cannot have {n} positions")
        if measure_km(self.geometry) > LONGEST_KM:
            raise ValueError(f"too large: longer than {LONGEST_KM:,} km")
        return self

    @property
    def geometry(self) -> BaseGeometry:
        """The geometry in degrees."""
        if self.shape == "area":
            return Polygon(self.coordinates)
        return (
            LineString(self.coordinates) if len(self.coordinates) > 1 else Point(self.coordinates)
        )


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A drawing on the map; times are naive UTC, ``valid_until`` None is until erased."""

    id: str
    revision: int
    drawing: Drawing
    author: str
    drawn_at: datetime
    valid_until: datetime | None

    @property
    def title(self) -> str:
        """Its title."""
        return self.drawing.title

    @property
    def marking(self) -> str:
        """Its marking."""
        return self.drawing.marking

    @property
    def purpose(self) -> Purpose:
        """What it is for."""
        return PURPOSES[self.drawing.purpose]

    @property
    def size(self) -> str:
        """An area's size or a line's length as text, empty for a point or a text."""
        return describe_size(self.drawing.geometry)

    @property
    def line(self) -> str:
        """Title, purpose, author, expiry and marking in one line."""
        until = f"until {format_dtg(self.valid_until)}" if self.valid_until else "until erased"
        parts = (
            f"{self.title} ({self.purpose.title}, {SHAPES[self.drawing.shape].lower()})",
            self.size,
            f"{self.author}, {format_dtg(self.drawn_at)}",
            until,
            self.marking,
        )
        return " · ".join(part for part in parts if part)

    def to_feature(self) -> dict[str, Any]:
        """Return it as a GeoJSON feature."""
        drawing, until = self.drawing, self.valid_until
        properties = {
            "revision": self.revision,
            "shape": drawing.shape,
            "purpose": drawing.purpose,
            "title": drawing.title,
            "author": self.author,
            "drawn_at": format_instant(self.drawn_at),
            "valid_until": format_instant(until) if until else None,
            "marking": drawing.marking,
            "size": self.size,
        }
        geometry = drawing.geometry.__geo_interface__
        return {"type": "Feature", "id": self.id, "geometry": geometry, "properties": properties}


def valid_until(drawing: Drawing, drawn_at: datetime) -> datetime | None:
    """Return when a drawing expires; None if it stays until erased."""
    return None if drawing.lasts_h is None else drawn_at + timedelta(hours=drawing.lasts_h)
