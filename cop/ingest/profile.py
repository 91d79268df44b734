"""Profiles: small YAML files in data/profiles/ that map a source's file to our schema."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from cop.errors import ProfileError
from cop.ingest.source.registry import READABLE, find_reader
from cop.model.event import COMPOSITION, CONFIDENCES, DETECTIONS, KINDS, TIME_PRECISIONS, UNITS
from cop.model.mapping import (
    ISO_FORMAT,
    LAT,
    LON,
    TARGETS,
    TIME,
    UPLOAD,
    FileReading,
    restore_declared,
)
from cop.model.sensor import SENSOR_KINDS
from cop.resource import package_path
from cop.store.dataset.source import Source


def _known_format(name: str) -> str:
    if name not in READABLE and name != UPLOAD:
        known = ", ".join((*READABLE, UPLOAD))
        raise ValueError(f"{name!r} is no format of tables; use {known}")
    return name


TableReader = Annotated[str, AfterValidator(_known_format)]
"""The name of a format, a file of cop/ingest/source/; or ``upload``, read in the sandbox."""
Precision = Literal["minute", "hour", "day", "week", "month", "year"]
CellType = Literal["number", "moment", "text"]
_FISCAL = ("fiscal_year", "month")
_POSITION = ("lon", "lat")
_WGS84 = "EPSG:4326"
_YAML = (".yaml", ".yml")


class _ProfileModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeRule(_ProfileModel):
    """How the source writes a moment: by a strptime ``format``, or by fiscal year and month.

    ``zone``, an IANA name, is that of times with a clock; a date alone is the same date everywhere.
    ``fiscal_year_start`` is the month that a fiscal year begins with: 10 makes October of fiscal
    year 2019 that of 2018. Its month column has English names, their three letters, or 1-12.
    """

    format: str | None = None
    fiscal_year_start: int | None = Field(default=None, ge=1, le=12)
    zone: str = "UTC"
    precision: Precision = "minute"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError) as fault:
            raise ValueError(
                f"{value!r} is not an IANA time zone, such as America/Denver"
            ) from fault
        return value

    @model_validator(mode="after")
    def _is_one_way(self) -> "TimeRule":
        if (self.format is None) == (self.fiscal_year_start is None):
            raise ValueError("use either format or fiscal_year_start")
        if self.fiscal_year_start is not None and self.precision != "month":
            raise ValueError("fiscal_year_start: a fiscal year and month have precision: month")
        return self


class _ProfileDeclaration(_ProfileModel):
    """What the profiles of every kind state."""

    name: str
    source: Source

    @model_validator(mode="before")
    @classmethod
    def _kind_is_the_sources(cls, declared: Any) -> Any:
        if isinstance(declared, Mapping) and isinstance(declared.get("source"), Mapping):
            return {**declared, "source": {**declared["source"], "kind": declared.get("kind")}}
        return declared


class _Mapped(_ProfileDeclaration):
    """A profile whose file is a table: ``columns`` of it, ``maps`` of words, constant ``values``.

    Where a field has both a column and a value, the value fills the column's blank cells.
    ``reading`` are the answers by which the reader ``upload`` reads a file of any format; position
    and time are then those of the answers unless a column is mapped to them.
    """

    reader: TableReader
    reading: FileReading | None = None
    crs: str = _WGS84
    columns: dict[str, str] = Field(default_factory=dict)
    maps: dict[str, dict[str, str | float]] = Field(default_factory=dict)
    values: dict[str, Any] = Field(default_factory=dict)
    attributes: tuple[str, ...] = ()

    required: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    fixable: ClassVar[tuple[str, ...]] = ()
    """The fields that one value of the profile can fill in every row; others need a column."""
    allowed: ClassVar[dict[str, tuple[str, ...]]] = {}
    moment: ClassVar[str | None] = None
    numbers: ClassVar[tuple[str, ...]] = ()
    moments: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _moments_need_no_format(cls, declared: Any) -> Any:
        """Accept a file's typed moments; text is ISO 8601 if no format is stated."""
        if not isinstance(declared, Mapping) or not _has_types(declared.get("reader")):
            return declared
        rule = declared.get("time", {})
        if not isinstance(rule, Mapping) or {"format", "fiscal_year_start"} & {*rule}:
            return declared
        return {**declared, "time": {**rule, "format": ISO_FORMAT}}

    @model_validator(mode="before")
    @classmethod
    def _reading_gives_place_and_time(cls, declared: Any) -> Any:
        """Map position and time to what reading an upload gives, where no column is."""
        is_read_so = isinstance(declared, Mapping) and declared.get("reader") == UPLOAD
        if not is_read_so or "time" not in cls.model_fields:
            return declared
        columns, rule = (_need_names(declared, part) for part in ("columns", "time"))
        if "lon" in cls.required:
            columns = {"lon": LON, "lat": LAT} | columns
        if cls.moment is not None and "fiscal_year_start" not in rule:
            columns = {cls.moment: TIME} | columns
        if not {"format", "fiscal_year_start"} & {*rule}:
            rule |= {"format": ISO_FORMAT, "zone": "UTC"}
        reading = declared.get("reading") or {}
        return {**declared, "columns": columns, "time": rule, "reading": reading}

    @property
    def is_shaped(self) -> bool:
        """Whether the reader brings a geometry, so that no column gives the position."""
        if self.reader == UPLOAD:
            return False
        form = find_reader(self.reader)
        return form.has_geometry and not (form.has_position_columns and "lon" in self.columns)

    @property
    def file_columns(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        return (*self.columns.values(), *self.attributes)

    @property
    def typed_columns(self) -> dict[str, CellType]:
        """The columns that are used as numbers alone, or as moments in ISO 8601 alone.

        They need not be text; every other column does.
        """
        rule: TimeRule | None = getattr(self, "time", None)
        uses: dict[str, set[CellType]] = {column: set() for column in self.file_columns}
        for name, column in self.columns.items():
            if name in self.numbers and name not in self.maps:
                uses[column].add("number")
            elif name in self.moments and rule is not None and rule.format == ISO_FORMAT:
                uses[column].add("moment")
            else:
                uses[column].add("text")
        self._add_uses(uses)
        return {column: next(iter(own)) for column, own in uses.items() if len(own) == 1}

    def _add_uses(self, uses: dict[str, set[CellType]]) -> None:
        for column in self.attributes:
            uses[column].add("text")

    @model_validator(mode="after")
    def _is_read_one_way(self) -> "_Mapped":
        if self.reader != UPLOAD:
            if self.reading is not None:
                raise ValueError(f"reading: it goes with reader: {UPLOAD}; remove one of them")
        elif self.source.kind not in TARGETS:
            raise ValueError(f"reader: {UPLOAD} is of {', '.join(TARGETS)}; name a format")
        elif self.crs != _WGS84:
            raise ValueError(f"crs: write it as reading.crs, as the reader is {UPLOAD}")
        return self

    @model_validator(mode="after")
    def _is_complete(self) -> "_Mapped":
        required = [n for n in self.required if not (self.is_shaped and n in _POSITION)]
        rule: TimeRule | None = getattr(self, "time", None)
        if self.moment is not None and rule is not None:
            required += _FISCAL if rule.fiscal_year_start else (self.moment,)
        known = {*required, *self.optional}
        for name in (*self.columns, *self.values, *self.maps):
            if name not in known:
                raise ValueError(
                    f"{name!r} is not a field of {self.source.kind}; use {', '.join(sorted(known))}"
                )
        missing = [n for n in required if n not in self.columns and n not in self.values]
        if missing:
            raise ValueError(f"no value for {', '.join(missing)}: map a column or set a value")
        return self

    @model_validator(mode="after")
    def _has_usable_words(self) -> "_Mapped":
        for name, value in self.values.items():
            if name not in self.fixable:
                raise ValueError(f"values.{name}: it differs from row to row, so map a column")
            self._check_word(name, value)
        for name, words in self.maps.items():
            if name not in self.columns:
                raise ValueError(f"maps.{name}: no column to map; name it in columns")
            for value in words.values():
                self._check_word(name, value)
        return self

    @model_validator(mode="after")
    def _has_usable_numbers(self) -> "_Mapped":
        if not _is_number(count := self.values.get("count", 1)) or count % 1 or count < 0:
            raise ValueError(f"count: {count!r} is not a whole number of at least 0")
        meters = [self.values.get("uncertainty_m", 0), *self.maps.get("uncertainty_m", {}).values()]
        for value in meters:
            if not _is_number(value) or value < 0:
                raise ValueError(f"uncertainty_m: {value!r} is not a number of at least 0")
        return self

    def _check_word(self, name: str, value: object) -> None:
        if name in self.allowed and value not in self.allowed[name]:
            raise ValueError(f"{name}: {value!r} is not one of {', '.join(self.allowed[name])}")


class EventProfile(_Mapped):
    """Things counted at a place and time."""

    kind: Literal["events"]
    time: TimeRule

    required = (*_POSITION, "kind", "count", "unit", "detection", "confidence")
    optional = ("source_id", "reported_at", "uncertainty_m", "time_precision", *COMPOSITION)
    fixable = ("kind", "count", "unit", "detection", "confidence", "uncertainty_m")
    allowed = {
        "kind": tuple(KINDS),
        "unit": UNITS,
        "detection": DETECTIONS,
        "confidence": CONFIDENCES,
        "time_precision": TIME_PRECISIONS,
    }
    moment = "occurred_at"
    numbers = (*_POSITION, "count", "uncertainty_m", *COMPOSITION)
    moments = ("occurred_at", "reported_at")


class SensorProfile(_Mapped):
    """Sensors with where they look; ``outages`` is a column of ISO 8601 intervals."""

    kind: Literal["sensors"]
    time: TimeRule

    required = (*_POSITION, "sensor_id", "kind", "range_m")
    optional = (
        "name", "height_m", "azimuth_deg", "fov_deg", "agency", "installed_at", "removed_at",
        "outages",
    )  # fmt: skip
    fixable = ("kind", "range_m", "height_m", "agency")
    numbers = (*_POSITION, "range_m", "height_m", "azimuth_deg", "fov_deg")
    moments = ("installed_at", "removed_at")
    allowed = {"kind": tuple(SENSOR_KINDS)}


class PlaceRule(_ProfileModel):
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


class MeasureRule(_ProfileModel):
    """A figure that a row gives: the number in ``column`` times ``factor``, in ``unit``.

    With ``when``, only rows with that value in the profile's measure column give it.
    """

    measure: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")
    column: str
    unit: str = Field(min_length=1, max_length=30)
    factor: float = Field(default=1, gt=0)
    when: str | None = None


class StatisticProfile(_Mapped):
    """Figures of a place and period; a row of the file may give several."""

    kind: Literal["statistics"]
    reader: Literal["csv", "upload"]
    time: TimeRule
    place: PlaceRule
    measures: tuple[MeasureRule, ...] = Field(min_length=1)
    dimensions: dict[str, str] = Field(default_factory=dict)

    optional = ("measure",)
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


class PlaceProfile(_Mapped):
    """Places with a function; ``identity`` are the fields that stay when a place is corrected."""

    kind: Literal["places"]
    identity: tuple[Literal["code", "name"], ...] = Field(min_length=1)

    required = (*_POSITION, "facility_type", "name")
    optional = ("code", "uncertainty_m")
    fixable = ("facility_type", "uncertainty_m")
    allowed = {"facility_type": ("port", "station", "other")}

    @model_validator(mode="after")
    def _has_its_identity(self) -> "PlaceProfile":
        missing = [name for name in self.identity if name not in self.columns]
        if missing:
            raise ValueError(f"identity: no column gives {', '.join(missing)}")
        return self


class LineProfile(_Mapped):
    """Lines on the ground, identified by their content."""

    kind: Literal["lines"]
    reader: Literal["geojson", "shapefile"]

    required = ("line_type",)
    optional = ("kind", "name")
    fixable = ("line_type", "kind", "name")
    allowed = {"line_type": ("barrier", "boundary")}


class TerrainProfile(_ProfileDeclaration):
    """A raster of heights in meters; ``nodata`` overrides that of the file."""

    kind: Literal["terrain"]
    reader: Literal["geotiff", "dted"]
    crs: str = _WGS84
    nodata: float | None = None


Profile = (
    EventProfile | SensorProfile | StatisticProfile | PlaceProfile | LineProfile | TerrainProfile
)
TableProfile = EventProfile | SensorProfile | StatisticProfile | PlaceProfile | LineProfile
_ANY: TypeAdapter[Profile] = TypeAdapter(Annotated[Profile, Field(discriminator="kind")])


def _need_names(declared: Mapping[str, Any], part: str) -> dict[str, Any]:
    found = declared.get(part) or {}
    if not isinstance(found, Mapping):
        raise ValueError(f"{part}: write names with a colon and a value")
    return dict(found)


def _has_types(reader: object) -> bool:
    return isinstance(reader, str) and reader in READABLE and find_reader(reader).has_types


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _shipped() -> Path:
    return package_path("data", "profiles")


def profile_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the profiles."""
    return tuple(sorted(path.stem for path in (folder or _shipped()).glob("*.yaml")))


def build_profile(name: str, declared: Mapping[str, Any]) -> Profile:
    """Build a profile of a declaration; raise ProfileError naming what is wrong with it."""
    try:
        return _ANY.validate_python({"name": name, **declared})
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"][1:])) or "profile"
        raise ProfileError(f"{name}.yaml: {where}: {first['msg']}") from fault


def read_profile(name: str, folder: Path | None = None) -> Profile:
    """Read a profile by name; raise ProfileError naming what is wrong with it."""
    known = profile_names(folder)
    if name not in known:
        raise ProfileError(f"profile {name!r} does not exist; there are: {', '.join(known)}")
    return _read_file((folder or _shipped()) / f"{name}.yaml")


def find_profile(name: str) -> Profile:
    """Read a profile by its name or, where it is one, by the path of its YAML file."""
    path = Path(name)
    return _read_file(path) if path.suffix in _YAML and path.is_file() else read_profile(name)


def need_strict_reader(profile: TableProfile) -> None:
    """Raise ProfileError where a profile's files are read in the sandbox, not by its format."""
    if profile.reader == UPLOAD:
        raise ProfileError(
            f"profile {profile.name}: its reader is {UPLOAD}; name the format of its files "
            f"({', '.join(READABLE)})"
        )


def _read_file(path: Path) -> Profile:
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ProfileError(f"{path.name}: not a mapping in YAML: {fault}") from fault
    if not isinstance(declared, Mapping):
        raise ProfileError(f"{path.name}: not a mapping in YAML")
    return build_profile(path.stem, restore_declared(declared))
