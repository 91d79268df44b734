"""TAK data packages: each Cursor-on-Target event of the zip is a feature."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS

from cop.ingest.source.base.archive import UploadArchive, note_ignored, open_archive
from cop.ingest.source.base.markup import check_xml
from cop.ingest.source.base.opened import Batch, Job, OpenedFile
from cop.ingest.source.format import ZIP, FileFormat

_MANIFEST = "manifest/manifest.xml"
_UNKNOWN = 9_999_999.0
_LEAST_RING = 4
NAMES = ("uid", "type", "callsign", "how", "time", "start", "stale", "hae_m", "ce_m", "remarks")


@dataclass
class _Read:
    rows: list[list[str | None]]
    shapes: list[shapely.Geometry | None]


def open_tak(job: Job) -> OpenedFile:
    """Open a package; InputFileError where it holds no event."""
    found = _Read(rows=[], shapes=[])
    seen: list[str] = []
    with open_archive(job.path, file=job.name, settings=job.settings) as archive:
        ignored = [name for name in archive.members if not _take(job, archive, name, found, seen)]
    if not found.rows:
        raise job.refuse("no Cursor-on-Target event inside; export the data package again")
    note_ignored(job, ignored)

    def read() -> Iterator[Batch]:
        cells = zip(*found.rows, strict=True)
        shapes = np.array(found.shapes, dtype=object)
        yield Batch(
            rows=np.arange(1, len(found.rows) + 1),
            columns={n: pa.array(c, pa.string()) for n, c in zip(NAMES, cells, strict=True)},
            share=1.0,
            shapes=shapes,
            given=np.array([shape is not None for shape in shapes]),
        )

    return OpenedFile(
        names=NAMES,
        read=read,
        is_text=True,
        crs=CRS.from_epsg(4326),
        drops_blank=True,
        count=lambda: seen.count("event"),
    )


def _take(job: Job, archive: UploadArchive, name: str, found: _Read, seen: list[str]) -> bool:
    """Add the event of a member; False where it has none. All elements are ``seen``."""
    lower = name.lower()
    if lower == _MANIFEST:
        return True
    if not lower.endswith((".cot", ".xml")):
        return False
    with archive.open(name) as member:
        root = check_xml(member, file=job.name, on_start=seen.append)
    if root != "event":
        return False
    with archive.open(name) as member:
        event = ET.parse(member).getroot()  # noqa: S314 checked above
    point, contact = event.find("point"), event.find("detail/contact")
    given = {} if point is None else point.attrib
    found.rows.append(
        [
            event.get("uid"),
            event.get("type"),
            None if contact is None else contact.get("callsign"),
            event.get("how"),
            event.get("time"),
            event.get("start"),
            event.get("stale"),
            _known(given.get("hae")),
            _known(given.get("ce")),
            event.findtext("detail/remarks") or None,
        ]
    )
    found.shapes.append(_read_shape(event, given))
    return True


def _known(text: str | None) -> str | None:
    """Return a measure; CoT writes 9999999 for an unknown one."""
    value = _number(text)
    return None if value is None or value >= _UNKNOWN else text


def _read_shape(event: ET.Element, point: dict[str, str]) -> shapely.Geometry | None:
    """Return the line or the area that links draw, else the point."""
    links = [link.get("point") for link in event.iterfind("detail/link")]
    corners = [corner for corner in (_corner(text) for text in links if text) if corner]
    if len(corners) > 1 and str(event.get("type")).startswith("u-d-"):
        if corners[0] == corners[-1] and len(corners) >= _LEAST_RING:
            return shapely.Polygon(corners)
        return shapely.LineString(corners)
    place = _corner(f"{point.get('lat')},{point.get('lon')}")
    return None if place is None else shapely.Point(place)


def _corner(text: str) -> tuple[float, float] | None:
    """Read ``lat,lon[,hae]`` as (lon, lat)."""
    numbers = [_number(part) for part in text.split(",")[:2]]
    if len(numbers) != 2 or None in numbers:  # noqa: PLR2004 a pair
        return None
    lat, lon = numbers
    return float(lon or 0.0), float(lat or 0.0)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def is_package(names: Sequence[str]) -> bool:
    """Return whether an archive of these names is a data package."""
    return any(name.endswith(".cot") or name == _MANIFEST for name in names)


FORMAT = FileFormat(
    id="tak",
    title="TAK data package",
    kind="package",
    suffixes=(".dpk", ".zip"),
    magic=(ZIP,),
    open_file=open_tak,
    is_inside=is_package,
)
