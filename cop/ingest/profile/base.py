"""What profiles of every kind have: where a file comes from, its columns and its times."""

from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from cop.ingest.source.registry import READABLE, find_reader
from cop.model.mapping import (
    ISO_FORMAT,
    LAT,
    LON,
    TARGETS,
    TIME,
    UPLOAD,
    FileReading,
)
from cop.model.source import OF_PARTNER, is_reserved
from cop.model.time_zone import TimeZoneName
from cop.store.dataset.source import Source


def _known_format(name: str) -> str:
    if name not in READABLE and name != UPLOAD:
        known = ", ".join((*READABLE, UPLOAD))
        raise ValueError(f"{name!r} is not a format of tables; use {known}")
    return name


TableReader = Annotated[str, AfterValidator(_known_format)]
"""The name of a format, a file of cop/ingest/source/; or ``upload``, read in the sandbox."""
Precision = Literal["minute", "hour", "day", "week", "month", "year"]
CellType = Literal["number", "moment", "text"]
_FISCAL = ("fiscal_year", "month")
POSITION = ("lon", "lat")
WGS84 = "EPSG:4326"


class ProfileModel(BaseModel):
    """A part of a declaration: unknown words are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeRule(ProfileModel):
    """How the source writes a moment: by a strptime ``format``, or by fiscal year and month.

    ``zone``, an IANA name, is that of times with a clock; a date alone is the same date everywhere.
    ``fiscal_year_start`` is the month that a fiscal year begins with: 10 makes October of fiscal
    year 2019 that of 2018. Its month column has English names, their three letters, or 1-12.
    """

    format: str | None = None
    fiscal_year_start: int | None = Field(default=None, ge=1, le=12)
    zone: TimeZoneName = "UTC"
    precision: Precision = "minute"

    @model_validator(mode="after")
    def _is_one_way(self) -> "TimeRule":
        if (self.format is None) == (self.fiscal_year_start is None):
            raise ValueError("use either format or fiscal_year_start")
        if self.fiscal_year_start is not None and self.precision != "month":
            raise ValueError("fiscal_year_start: a fiscal year and month have precision: month")
        return self


class ProfileDeclaration(ProfileModel):
    """What the profiles of every kind state."""

    name: str
    source: Source

    @model_validator(mode="before")
    @classmethod
    def _kind_is_the_sources(cls, declared: Any) -> Any:
        if isinstance(declared, Mapping) and isinstance(declared.get("source"), Mapping):
            return {**declared, "source": {**declared["source"], "kind": declared.get("kind")}}
        return declared

    @field_validator("source")
    @classmethod
    def _is_our_own(cls, source: Source) -> Source:
        if is_reserved(source.id):
            raise ValueError(
                f"id {source.id!r}: `{OF_PARTNER}` is for the sources of partners, which change by "
                "their packages alone (docs/partners.md); use another id"
            )
        return source


class MappedProfile(ProfileDeclaration):
    """A profile whose file is a table: ``columns`` of it, ``maps`` of words, constant ``values``.

    Where a field has both a column and a value, the value fills the column's blank cells.
    ``reading`` are the answers by which the reader ``upload`` reads a file of any format; position
    and time are then those of the answers unless a column is mapped to them. ``agreed`` are the
    codes of findings that are right for this source.
    """

    reader: TableReader
    reading: FileReading | None = None
    crs: str = WGS84
    columns: dict[str, str] = Field(default_factory=dict)
    maps: dict[str, dict[str, str | float]] = Field(default_factory=dict)
    values: dict[str, Any] = Field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()

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
    def _is_read_one_way(self) -> "MappedProfile":
        if self.reader != UPLOAD:
            if self.reading is not None:
                raise ValueError(f"reading: it goes with reader: {UPLOAD}; remove one of them")
        elif self.source.kind not in TARGETS:
            raise ValueError(f"reader: {UPLOAD} is of {', '.join(TARGETS)}; name a format")
        elif self.crs != WGS84:
            raise ValueError(f"crs: write it as reading.crs, as the reader is {UPLOAD}")
        return self

    @model_validator(mode="after")
    def _is_complete(self) -> "MappedProfile":
        required = [n for n in self.required if not (self.is_shaped and n in POSITION)]
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
    def _has_usable_words(self) -> "MappedProfile":
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
    def _has_usable_numbers(self) -> "MappedProfile":
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


def _need_names(declared: Mapping[str, Any], part: str) -> dict[str, Any]:
    found = declared.get(part) or {}
    if not isinstance(found, Mapping):
        raise ValueError(f"{part}: write names with a colon and a value")
    return dict(found)


def _has_types(reader: object) -> bool:
    return isinstance(reader, str) and reader in READABLE and find_reader(reader).has_types


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
