"""The coordinate system of a file: the one it names, asked for where that is none or cannot be."""

import math
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError

from cop.ingest.upload.scan import Envelope, Scan
from cop.ingest.upload.source.opened import Job, Opened
from cop.model.upload import Bounds, Fix, Reading

WGS84 = CRS.from_epsg(4326)
_DEGREES, _MERCATOR = "EPSG:4326", "EPSG:3857"
_MERCATOR_REACH = 20_037_509.0
_LON, _LAT, _MANY = 180.0, 90.0, 0.5
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class System:
    """How raw coordinates become degrees: x and y exchanged first, then from ``crs``."""

    crs: CRS
    swap: bool

    @property
    def is_degrees(self) -> bool:
        """Whether coordinates are longitude and latitude as they stand."""
        return bool(self.crs.equals(WGS84, ignore_axis_order=True)) or str(self.crs) == "OGC:CRS84"

    def transformer(self) -> Transformer:
        """Give the transformer to EPSG:4326, longitude first."""
        return Transformer.from_crs(self.crs, WGS84, always_xy=True)


def settle_system(job: Job, opened: Opened, scan: Scan, near: Bounds | None) -> System | None:
    """Give the system, noting what speaks against it; None where it must be asked for."""
    declared, chosen = opened.crs, job.choices.crs
    if declared is not None and chosen is not None and not declared.equals(_of_code(job, chosen)):
        job.notes.add("crs_chosen", describe(declared), chosen)
    crs = _of_code(job, chosen) if chosen else declared
    if crs is None:
        crs = _assume(job, opened, scan)
    if crs is None:
        _ask(job, scan.envelope)
        return None
    if not (crs.is_geographic or crs.is_projected):
        raise job.refuse(f"its system {describe(crs)} is not one of places on the earth")
    if chosen is None and _contradicts(crs, scan.envelope):
        _ask_which(job, crs, scan.envelope)
    elif crs.is_geographic:
        _look_for_swap(job, scan.envelope, near)
    return System(crs, bool(job.choices.swap_axes))


def describe(crs: CRS) -> str:
    """Name a system: its authority's code, else its name."""
    code = crs.to_authority(min_confidence=70)
    return ":".join(code) if code else str(crs.name)[:120]


def project_box(crs: CRS, box: Box | None) -> Bounds | None:
    """Give the bounds in degrees of raw bounds, None where they are not on the earth."""
    if box is None:
        return None
    west, south, east, north = box
    if not crs.is_geographic:
        try:
            transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
            west, south, east, north = transformer.transform_bounds(
                west, south, east, north, direction=TransformDirection.FORWARD
            )
        except (ProjError, CRSError):
            return None
    found = (west, south, east, north)
    if not all(map(math.isfinite, found)) or max(abs(west), abs(east)) > _LON:
        return None
    return found if max(abs(south), abs(north)) <= _LAT else None


def _of_code(job: Job, code: str) -> CRS:
    try:
        return CRS.from_authority(*code.split(":"))
    except CRSError as fault:
        raise job.refuse(f"{code} is no known coordinate system; choose another") from fault


def _assume(job: Job, opened: Opened, scan: Scan) -> CRS | None:
    """Take degrees where columns are named so, or the text holds its own system."""
    if opened.is_shaped:
        return None
    if scan.column("latitude") is not None:
        job.notes.add("crs_assumed")
        return WGS84
    own = scan.column("position") or scan.column("utm") or scan.column("zone")
    has_place = own or scan.column("wkt") or scan.column("easting")
    return WGS84 if own or not has_place else None


def _ask(job: Job, envelope: Envelope) -> None:
    box = envelope.box
    codes = []
    if box is not None and _within(box, _LON, _LAT):
        codes = [_DEGREES]
    elif box is not None and _within(box, _MERCATOR_REACH, _MERCATOR_REACH):
        codes = [_MERCATOR]
    fixes = tuple(Fix(field="crs", value=code) for code in codes)
    readings = tuple(_reading(CRS.from_user_input(code), box) for code in codes)
    job.notes.add("crs_missing", fixes=fixes, readings=readings)


def _contradicts(crs: CRS, envelope: Envelope) -> bool:
    if not envelope.places:
        return False
    if crs.is_geographic:
        return envelope.fitting + envelope.swapped < _MANY * envelope.places
    in_degrees = envelope.box is not None and _within(envelope.box, _LON, _LAT)
    return in_degrees or project_box(crs, envelope.box) is None


def _ask_which(job: Job, crs: CRS, envelope: Envelope) -> None:
    """Offer the other reading, with where each would lie."""
    box = envelope.box
    other = _DEGREES if not crs.is_geographic else _MERCATOR
    own = describe(crs)
    readings = (_reading(crs, box), _reading(CRS.from_user_input(other), box))
    codes = [one.crs for one in readings if one.bounds is not None and one.crs.startswith("EPSG:")]
    fixes = tuple(Fix(field="crs", value=code) for code in codes)
    job.notes.add("crs_contradictory", own, fixes=fixes, readings=readings)


def _look_for_swap(job: Job, envelope: Envelope, near: Bounds | None) -> None:
    if job.choices.swap_axes is not None or not envelope.places:
        return
    surely = envelope.swapped > _MANY * envelope.places
    if surely or (near is not None and _lies_swapped(envelope.box, near)):
        fixes = (Fix(field="swap_axes", value=True), Fix(field="swap_axes", value=False))
        box = envelope.box
        readings = (_reading(WGS84, box), _reading(WGS84, None if box is None else _swapped(box)))
        job.notes.add(
            "axes_swapped", rows=envelope.swapped, fixes=fixes[:1] if surely else fixes,
            readings=readings,
        )  # fmt: skip


def _lies_swapped(box: Box | None, near: Bounds) -> bool:
    """Tell whether the file lies apart from where it is expected, and exchanged lies there."""
    return box is not None and not _meet(box, near) and _meet(_swapped(box), near)


def _swapped(box: Box) -> Box:
    return (box[1], box[0], box[3], box[2])


def _meet(one: Box, other: Box) -> bool:
    apart = one[0] > other[2] or one[2] < other[0] or one[1] > other[3] or one[3] < other[1]
    return not apart


def _reading(crs: CRS, box: Box | None) -> Reading:
    return Reading(crs=describe(crs), bounds=project_box(crs, box))


def _within(box: Box, x: float, y: float) -> bool:
    return bool(np.abs([box[0], box[2]]).max() <= x and np.abs([box[1], box[3]]).max() <= y)
