"""The formats that are taken, chosen by a file's suffix and first bytes, never by a driver."""

from dataclasses import dataclass
from pathlib import Path

from cop.errors import InputFileError
from cop.model.upload import FormatKind, shown_name

_HEAD = 2_048
_ZIP = b"PK\x03\x04"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, kw_only=True)
class UploadFormat:
    """A format: files with one of ``suffixes`` that begin with one of ``magic``, if it has any.

    ``driver`` is the only one that GDAL is left with, None where GDAL has no part in it. A ``text``
    may begin with a byte order mark and blanks, of which ``magic`` is what follows.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    kind: FormatKind
    magic: tuple[bytes, ...] = ()
    driver: str | None = None
    offset: int = 0
    text: bool = False

    def fits(self, head: bytes) -> bool:
        """Tell whether a file that begins so can be of this format."""
        if self.text:
            for mark in _MARKS:
                head = head.removeprefix(mark)
            head = head.replace(b"\x00", b"").lstrip()
        return not self.magic or head[self.offset :].startswith(self.magic)

    @property
    def is_archive(self) -> bool:
        """Whether the file is a zip."""
        return self.magic == (_ZIP,)


def _registry(*formats: UploadFormat) -> dict[str, UploadFormat]:
    held: dict[str, UploadFormat] = {}
    for one in formats:
        if one.id in held:
            raise ValueError(f"format {one.id!r} is declared twice")
        held[one.id] = one
    return held


FORMATS: dict[str, UploadFormat] = _registry(
    UploadFormat(id="csv", title="CSV", suffixes=(".csv", ".txt"), kind="table"),
    UploadFormat(id="tsv", title="TSV", suffixes=(".tsv", ".tab"), kind="table"),
    UploadFormat(
        id="xlsx", title="Excel workbook", suffixes=(".xlsx",), kind="table", magic=(_ZIP,)
    ),
    UploadFormat(
        id="geojson",
        title="GeoJSON",
        suffixes=(".geojson", ".json"),
        kind="vector",
        magic=(b"{",),
        text=True,
        driver="GeoJSON",
    ),
    UploadFormat(
        id="geojsonl",
        title="newline-delimited GeoJSON",
        suffixes=(".geojsonl", ".geojsons", ".ndjson", ".jsonl"),
        kind="vector",
        magic=(b"{", b"\x1e"),
        text=True,
        driver="GeoJSONSeq",
    ),
    UploadFormat(
        id="gpkg",
        title="GeoPackage",
        suffixes=(".gpkg",),
        kind="vector",
        magic=(b"SQLite format 3\x00",),
        driver="GPKG",
    ),
    UploadFormat(
        id="shapefile",
        title="zipped Shapefile",
        suffixes=(".shp.zip", ".shz", ".zip"),
        kind="vector",
        magic=(_ZIP,),
        driver="ESRI Shapefile",
    ),
    UploadFormat(
        id="filegdb",
        title="zipped FileGDB",
        suffixes=(".gdb.zip", ".zip"),
        kind="vector",
        magic=(_ZIP,),
        driver="OpenFileGDB",
    ),
    UploadFormat(
        id="kml",
        title="KML",
        suffixes=(".kml",),
        kind="vector",
        magic=(b"<",),
        text=True,
        driver="LIBKML",
    ),
    UploadFormat(
        id="kmz",
        title="KMZ",
        suffixes=(".kmz",),
        kind="vector",
        magic=(_ZIP,),
        driver="LIBKML",
    ),
    UploadFormat(
        id="gpx",
        title="GPX",
        suffixes=(".gpx",),
        kind="vector",
        magic=(b"<",),
        text=True,
        driver="GPX",
    ),
    UploadFormat(
        id="geoparquet",
        title="GeoParquet",
        suffixes=(".parquet", ".geoparquet"),
        kind="vector",
        magic=(b"PAR1",),
    ),
    UploadFormat(
        id="flatgeobuf",
        title="FlatGeobuf",
        suffixes=(".fgb",),
        kind="vector",
        magic=(b"fgb\x03",),
        driver="FlatGeobuf",
    ),
    UploadFormat(
        id="geotiff",
        title="GeoTIFF",
        suffixes=(".tif", ".tiff"),
        kind="raster",
        magic=(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
        driver="GTiff",
    ),
    UploadFormat(
        id="dted",
        title="DTED",
        suffixes=(".dt0", ".dt1", ".dt2"),
        kind="raster",
        magic=(b"UHL", b"VOL", b"HDR"),
        driver="DTED",
    ),
    UploadFormat(
        id="netcdf",
        title="NetCDF grid",
        suffixes=(".nc", ".nc4"),
        kind="raster",
        magic=(b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"),
        driver="netCDF",
    ),
    UploadFormat(
        id="photo",
        title="geotagged JPEG",
        suffixes=(".jpg", ".jpeg"),
        kind="photo",
        magic=(b"\xff\xd8\xff",),
    ),
    UploadFormat(
        id="tak",
        title="TAK data package",
        suffixes=(".dpk", ".zip"),
        kind="package",
        magic=(_ZIP,),
    ),
)
"""By id; where several share a suffix, what lies in the archive decides."""


def detect_format(path: Path, name: str) -> UploadFormat:
    """Give the format that a file's name and first bytes agree on; the first of several zips.

    Raises InputFileError naming the file, what was found and what is taken.
    """
    shown = shown_name(name)
    if not path.is_file():
        raise InputFileError(f"{shown}: no such file; upload it again")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise InputFileError(f"{shown}: the file is empty; export it again")
    named = suffixed(name)
    if not named:
        taken = ", ".join(sorted({s for one in FORMATS.values() for s in one.suffixes}))
        raise InputFileError(f"{shown}: no format that is taken; give a file named {taken}")
    fitting = [one for one in named if one.fits(head)]
    if not fitting:
        titles = " or ".join(one.title for one in named)
        raise InputFileError(
            f"{shown}: its content is no {titles} (it begins with {head[:8]!r}); give it the "
            "suffix of its format, or export it again"
        )
    return fitting[0]


def suffixed(name: str) -> list[UploadFormat]:
    """Give the formats of a file's suffix, those of the longest suffix alone."""
    lower = name.lower()
    ending = [(s, one) for one in FORMATS.values() for s in one.suffixes if lower.endswith(s)]
    longest = max((len(suffix) for suffix, _ in ending), default=0)
    return [one for suffix, one in ending if len(suffix) == longest]
