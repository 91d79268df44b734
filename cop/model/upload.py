"""An uploaded file: what was found in it, what the analyst chose, and what was built."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from cop.model.styling import StyleWords
from cop.model.time_zone import TimeZoneName

FormatKind = Literal["vector", "table", "raster", "photo", "package"]
Severity = Literal["note", "warning", "ask", "fault"]
"""A note informs, a warning needs a look, an ask needs a choice, a fault ends the upload."""
Kind = Literal["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR", "TIMESTAMP"]
Role = Literal[
    "latitude", "longitude", "position", "wkt", "utm", "easting", "northing", "zone", "time", "id"
]  # fmt: skip
"""What a column gives: ``position`` is MGRS, degrees with minutes, or a pair, in one text."""
PLACING: frozenset[Role] = frozenset(get_args(Role)) - {"time", "id"}
"""The roles that give a position."""
Look = Literal[
    "time",
    "latitude",
    "longitude",
    "position",
    "wkt",
    "utm",
    "easting",
    "northing",
    "zone",
    "id",
    "person",
]
Bounds = tuple[float, float, float, float]
"""(west, south, east, north), degrees of EPSG:4326."""
Text = Annotated[str, StringConstraints(max_length=2_000)]
Name = Annotated[str, StringConstraints(max_length=200)]

ENCODINGS = (
    "utf-8", "utf-16", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1256", "iso-8859-1",
    "iso-8859-2", "iso-8859-15", "shift_jis", "gb18030", "big5", "euc-kr",
)  # fmt: skip
FEATURE_ID, GEOMETRY, OCCURRED_AT = "feature_id", "geometry", "occurred_at"
FEATURES, PROBLEMS, RASTER, PHOTO, REPORT = (
    "features.parquet", "problems.csv", "raster.tif", "photo.jpg", "report.json",
)  # fmt: skip
FILE_ROW = "cop_row"
"""The column of a numbered draft that holds each feature's row in the file."""
LONGEST_TITLE = 100
_NO_CONTROL = str.maketrans(dict.fromkeys((*map(chr, range(32)), "\x7f"), "\ufffd"))
_MOST_NAME = 120


class _UploadModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fix(_UploadModel):
    """A choice that would mend what was found: a field of Choices and its value."""

    field: Name
    value: bool | Text


class Reading(_UploadModel):
    """Where the coordinates lie if read so; no bounds where that is not on the earth.

    ``title`` names the reading where its system alone does not, ``fix`` is the choice that takes
    it, and ``numbers`` are the file's own as (least x, least y, greatest x, greatest y).
    """

    crs: Name
    bounds: Bounds | None
    title: Name = ""
    fix: Fix | None = None
    numbers: tuple[float, float, float, float] | None = None

    @property
    def name(self) -> str:
        """What the reading is called."""
        return f"{self.crs}, {self.title}" if self.title else self.crs


class UploadFinding(_UploadModel):
    """Something an analyst should know; ``rows`` of the file show it, each fix would mend it."""

    code: Name
    severity: Severity
    words: Text
    rows: int = Field(default=0, ge=0)
    column: Name | None = None
    fixes: tuple[Fix, ...] = Field(default=(), max_length=8)
    readings: tuple[Reading, ...] = Field(default=(), max_length=8)


class LayerSeen(_UploadModel):
    """A layer inside the file."""

    name: Name
    rows: int | None = None
    geometry: Name | None = None


class ColumnSeen(_UploadModel):
    """A column: its name in the file, what it holds, and what that looks like."""

    name: Name
    kind: Kind
    filled: int = Field(ge=0)
    examples: tuple[Text, ...] = Field(default=(), max_length=5)
    looks: tuple[Look, ...] = ()
    time_form: Name | None = None


class ColumnScan(ColumnSeen):
    """A column with all that scanning the file found in it.

    ``formulas``, ``marked``, ``dirty`` and ``long`` count cells; ``lost`` is a type that cannot be
    kept. Long numbers are those that only text holds.
    """

    days_first: int = Field(default=0, ge=0)
    months_first: int = Field(default=0, ge=0)
    formulas: int = Field(default=0, ge=0)
    marked: int = Field(default=0, ge=0)
    dirty: int = Field(default=0, ge=0)
    long: int = Field(default=0, ge=0)
    lost: Name | None = None


class FileScan(_UploadModel):
    """What scanning a file found, so that it need not be scanned again for other choices.

    It holds for the ``layer`` and ``encoding`` that were read, and for ``roles``: those that were
    chosen, else those that the columns look like. Of the raw coordinates it has the number of
    ``places``, of those that fit degrees as they are or swapped, and ``numbers``, the least x and
    y and the greatest. ``records`` is how many the file holds, counted in another way than read.
    """

    layer: Name | None = None
    encoding: Name | None = None
    columns: tuple[ColumnScan, ...] = Field(default=(), max_length=5_000)
    roles: Mapping[Name, Role] = Field(default_factory=dict)
    is_chosen: bool = False
    rows: int = Field(default=0, ge=0)
    records: int | None = Field(default=None, ge=0)
    places: int = Field(default=0, ge=0)
    fitting: int = Field(default=0, ge=0)
    swapped: int = Field(default=0, ge=0)
    numbers: tuple[float, float, float, float] | None = None


class DraftColumn(_UploadModel):
    """A column of the draft: its name there and in the file."""

    name: Name
    source: Name
    kind: Kind


class RasterSeen(_UploadModel):
    """The grid of a raster, ``bounds`` aside in its own system."""

    width: int
    height: int
    bands: int
    dtype: Name
    nodata: float | None
    low: float | None = None
    high: float | None = None


class Choices(_UploadModel):
    """What the analyst decided; None leaves it to the file, or to what is safe.

    ``columns`` are those to import, by their names in the file: None imports all but those about
    persons. ``crs`` is an EPSG code; ``time_zone`` an IANA name, of times without one. With
    ``numbered`` the draft has the file's row of each feature. ``agreed`` are the codes of findings
    that were looked at: what they ask about is right.
    """

    layer: Name | None = None
    encoding: str | None = None
    crs: Annotated[str, StringConstraints(pattern=r"^EPSG:\d{4,6}$")] | None = None
    swap_axes: bool | None = None
    roles: Mapping[Name, Role] | None = None
    day_first: bool | None = None
    time_zone: TimeZoneName = "UTC"
    columns: tuple[Name, ...] | None = None
    keep_photo: bool = False
    numbered: bool = False
    agreed: tuple[Name, ...] = Field(default=(), max_length=40)

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        if value is not None and value not in ENCODINGS:
            raise ValueError(
                f"{value!r} is not a supported encoding: use one of {', '.join(ENCODINGS)}"
            )
        return value


class Inspection(_UploadModel):
    """What a file holds, before anything is made of it; ``suggested`` is what it seems to need.

    ``scan`` spares the next step the scan of the same file. ``rows`` were read; ``records`` is how
    many the file holds, counted in another way, None where its format has none.
    """

    format: Name
    kind: FormatKind
    encoding: Name | None = None
    crs: Name | None = None
    layers: tuple[LayerSeen, ...] = Field(default=(), max_length=1_000)
    layer: Name | None = None
    geometry_kinds: Mapping[Name, int] = Field(default_factory=dict)
    bounds: Bounds | None = None
    rows: int = Field(default=0, ge=0)
    records: int | None = Field(default=None, ge=0)
    columns: tuple[ColumnSeen, ...] = Field(default=(), max_length=5_000)
    findings: tuple[UploadFinding, ...] = Field(default=(), max_length=1_000)
    suggested: Choices = Choices()
    raster: RasterSeen | None = None
    scan: FileScan | None = None

    @property
    def asks(self) -> tuple[UploadFinding, ...]:
        """The findings that need a choice before the file can become a draft."""
        return tuple(finding for finding in self.findings if finding.severity == "ask")


class DraftReport(_UploadModel):
    """What a draft folder contains: ``accepted`` rows of ``rows``, the rest in problems.csv.

    ``style`` is how the file draws them, ``records`` how many it holds by another count.
    """

    format: Name
    kind: FormatKind
    crs: Name | None = None
    rows: int = Field(default=0, ge=0)
    records: int | None = Field(default=None, ge=0)
    accepted: int = Field(default=0, ge=0)
    rejected: int = Field(default=0, ge=0)
    bounds: Bounds | None = None
    geometry_kinds: Mapping[Name, int] = Field(default_factory=dict)
    columns: tuple[DraftColumn, ...] = Field(default=(), max_length=5_000)
    findings: tuple[UploadFinding, ...] = Field(default=(), max_length=1_000)
    raster: RasterSeen | None = None
    style: StyleWords | None = None
    has_photo: bool = False
    peak_mb: int = Field(default=0, ge=0)


def shown_name(name: str) -> str:
    """Return a file's name as words: its last part, without control characters, not too long."""
    last = PurePosixPath(name.replace("\\", "/")).name.translate(_NO_CONTROL)
    return last[-_MOST_NAME:] or "file"


def build_title(name: str, layer: str | None) -> str:
    """Return a layer's title to begin with: its name, else the file's without its ending."""
    stem = PurePosixPath(name).stem if layer is None else PurePosixPath(layer).name
    words = stem.replace("_", " ").strip()[:LONGEST_TITLE]
    return words if words.isprintable() and words else "Layer"
