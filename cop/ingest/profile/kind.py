"""The profile of each kind of record."""

from typing import ClassVar, Literal

from pydantic import (
    Field,
    model_validator,
)

from cop.ingest.profile.base import (
    POSITION,
    WGS84,
    CellType,
    MappedProfile,
    ProfileDeclaration,
    ProfileModel,
    TimeRule,
)
from cop.model.event import COMPOSITION, CONFIDENCES, DETECTIONS, KINDS, TIME_PRECISIONS, UNITS
from cop.model.sensor import SENSOR_KINDS, SENSOR_STATES


class EventProfile(MappedProfile):
    """Things counted at a place and time."""

    kind: Literal["events"]
    time: TimeRule

    required = (*POSITION, "kind", "count", "unit", "detection", "confidence")
    optional = (
        "source_id", "reported_at", "uncertainty_m", "time_precision", "marking", *COMPOSITION,
    )  # fmt: skip
    fixable = ("kind", "count", "unit", "detection", "confidence", "uncertainty_m")
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {
        "kind": tuple(KINDS),
        "unit": UNITS,
        "detection": DETECTIONS,
        "confidence": CONFIDENCES,
        "time_precision": TIME_PRECISIONS,
    }
    moment = "occurred_at"
    numbers = (*POSITION, "count", "uncertainty_m", *COMPOSITION)
    moments = ("occurred_at", "reported_at")


class SensorProfile(MappedProfile):
    """Sensors with where they look; ``outages`` is a column of ISO 8601 intervals."""

    kind: Literal["sensors"]
    time: TimeRule

    required = (*POSITION, "sensor_id", "kind", "range_m")
    optional = (
        "name", "height_m", "azimuth_deg", "fov_deg", "detect_near", "detect_far", "agency",
        "installed_at", "removed_at", "outages", "marking",
    )  # fmt: skip
    fixable = ("kind", "range_m", "height_m", "detect_near", "detect_far", "agency")
    numbers = (
        *POSITION, "range_m", "height_m", "azimuth_deg", "fov_deg", "detect_near", "detect_far",
    )  # fmt: skip
    moments = ("installed_at", "removed_at")
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {"kind": tuple(SENSOR_KINDS)}


class StatusProfile(MappedProfile):
    """Reports of sensors: their ``state`` at a moment, where they stand and how high."""

    kind: Literal["status"]
    time: TimeRule

    required = ("sensor_id",)
    optional = ("state", "cause", *POSITION, "height_m")
    fixable = ("state",)
    moment = "at"
    numbers = (*POSITION, "height_m")
    moments = ("at",)
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {"state": tuple(SENSOR_STATES)}

    @model_validator(mode="after")
    def _reports_something(self) -> "StatusProfile":
        given = {*self.columns, *self.values}
        placed = self.is_shaped or {*POSITION} <= given
        if "state" not in given and not placed:
            raise ValueError("no value for state, nor for lon and lat: map a column")
        if not placed and {*POSITION} & given:
            raise ValueError("columns: lon and lat need each other")
        if "height_m" in given and not placed:
            raise ValueError("height_m: a height is of a place; map lon and lat")
        return self


class PlaceRule(ProfileModel):
    """What place a figure is of: one ``name`` for all rows, or the names in a ``column``.

    ``names`` translates; a name that is not in it is refused or, with ``others``, kept as
    published under that kind of place.
    """

    kind: str = Field(pattern=r"^[a-z][a-z_]{0,30}$")
    name: str | None = None
    column: str | None = None
    names: dict[str, str] = Field(default_factory=dict)
    others: str | None = Field(default=None, pattern=r"^[a-z][a-z_]{0,30}$")

    @model_validator(mode="after")
    def _is_one_way(self) -> "PlaceRule":
        if (self.name is None) == (self.column is None):
            raise ValueError("use either name, for every row, or column")
        return self


class MeasureRule(ProfileModel):
    """A figure that a row gives: the number in ``column`` times ``factor``, in ``unit``.

    With ``when``, only rows with that value in the profile's measure column give it.
    """

    measure: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    column: str
    unit: str = Field(min_length=1, max_length=30)
    factor: float = Field(default=1, gt=0)
    when: str | None = None


class StatisticProfile(MappedProfile):
    """Figures of a place and period; a row of the file may give several."""

    kind: Literal["statistics"]
    reader: Literal["csv", "upload"]
    time: TimeRule
    place: PlaceRule
    measures: tuple[MeasureRule, ...] = Field(min_length=1)
    dimensions: dict[str, str] = Field(default_factory=dict)

    optional = ("measure", "marking")
    moment = "period_start"
    moments = ("period_start",)

    @property
    def file_columns(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        place = () if self.place.column is None else (self.place.column,)
        figures = tuple(rule.column for rule in self.measures)
        return (*super().file_columns, *place, *figures, *self.dimensions.values())

    def _add_uses(self, uses: dict[str, set[CellType]]) -> None:
        for rule in self.measures:
            uses[rule.column].add("number")
        for column in (self.place.column, *self.dimensions.values()):
            if column is not None:
                uses[column].add("text")

    @model_validator(mode="after")
    def _is_of_periods(self) -> "StatisticProfile":
        if self.time.precision not in {"day", "month", "year"}:
            raise ValueError(f"time.precision: {self.time.precision!r} is not day, month or year")
        if self.attributes:
            raise ValueError("attributes: figures keep none; name the column in dimensions")
        if any(rule.when is not None for rule in self.measures) != ("measure" in self.columns):
            raise ValueError("measures: `when` and columns.measure need each other")
        return self


class PlaceProfile(MappedProfile):
    """Places with a function; ``identity`` are the fields that stay when a place is corrected."""

    kind: Literal["places"]
    identity: tuple[Literal["code", "name"], ...] = Field(min_length=1)

    required = (*POSITION, "facility_type", "name")
    optional = ("code", "uncertainty_m", "marking")
    fixable = ("facility_type", "uncertainty_m")
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {"facility_type": ("port", "station", "other")}

    @model_validator(mode="after")
    def _has_its_identity(self) -> "PlaceProfile":
        missing = [name for name in self.identity if name not in self.columns]
        if missing:
            raise ValueError(f"identity: no column gives {', '.join(missing)}")
        return self


class LineProfile(MappedProfile):
    """Lines on the ground, identified by their content."""

    kind: Literal["lines"]
    reader: Literal["geojson", "shapefile"]

    required = ("line_type",)
    optional = ("kind", "name", "marking")
    fixable = ("line_type", "kind", "name")
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {"line_type": ("barrier", "boundary")}


class TerrainProfile(ProfileDeclaration):
    """A raster of heights in meters; ``nodata`` overrides that of the file."""

    kind: Literal["terrain"]
    reader: Literal["geotiff", "dted"]
    crs: str = WGS84
    nodata: float | None = None


TableProfile = (
    EventProfile | SensorProfile | StatusProfile | StatisticProfile | PlaceProfile | LineProfile
)
Profile = TableProfile | TerrainProfile
