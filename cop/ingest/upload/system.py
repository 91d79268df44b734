"""The coordinate system of a file: the one it names, asked for where that is none or cannot be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError

from cop.ingest.source.base.opened import Job, OpenedFile
from cop.ingest.upload.scan import Envelope, Scan
from cop.model.upload import Bounds, Fix, Reading

WGS84 = CRS.from_epsg(4326)
_DEGREES, _MERCATOR = "EPSG:4326", "EPSG:3857"
_MERCATOR_REACH = 20_037_509.0
_LON, _LAT, _MANY = 180.0, 90.0, 0.5
_ZONE_DEGREES, _MOST_ZONES = 6, 4
_APART = 5.0
"""So many degrees lie between a file and where it is expected before it is taken for misread."""
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
        """Return the transformer to EPSG:4326, longitude first."""
        return Transformer.from_crs(self.crs, WGS84, always_xy=True)


def settle_system(
    job: Job, opened: OpenedFile, scan: Scan, near: Bounds | None, *, may_swap: bool = True
) -> System | None:
    """Return the system, noting what speaks against it; None where it must be asked for.

    ``near`` is where the file is expected: what lies apart from it, and there in another reading,
    is asked for too. Axes are looked at in this way only where they ``may_swap``.
    """
    declared, chosen = opened.crs, job.choices.crs
    if declared is not None and chosen is not None and not declared.equals(_of_code(job, chosen)):
        job.notes.add("crs_chosen", describe(declared), chosen)
    crs = _of_code(job, chosen) if chosen else declared
    if crs is None:
        crs = _assume(job, opened, scan)
    if crs is None:
        _ask(job, scan.envelope, near)
        return None
    if not (crs.is_geographic or crs.is_projected):
        raise job.refuse(f"its system {describe(crs)} is not one of places on the earth")
    if chosen is None and _contradicts(crs, scan.envelope, near):
        _ask_which(job, crs, scan.envelope, near)
    elif crs.is_geographic:
        _look_for_swap(job, scan.envelope, near if may_swap else None)
    return System(crs, bool(job.choices.swap_axes))


def describe(crs: CRS) -> str:
    """Name a system: its authority's code, else its name."""
    code = crs.to_authority(min_confidence=70)
    return ":".join(code) if code else str(crs.name)[:120]


def project_box(crs: CRS, box: Box | None) -> Bounds | None:
    """Return the bounds in degrees of raw bounds, None where they are not on the earth."""
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


def _assume(job: Job, opened: OpenedFile, scan: Scan) -> CRS | None:
    """Take degrees where columns are named so, or the text holds its own system."""
    if opened.is_shaped:
        return None
    if scan.column("latitude") is not None:
        job.notes.add("crs_assumed")
        return WGS84
    own = scan.column("position") or scan.column("utm") or scan.column("zone")
    has_place = own or scan.column("wkt") or scan.column("easting")
    return WGS84 if own or not has_place else None


def _ask(job: Job, envelope: Envelope, near: Bounds | None) -> None:
    readings = [_reading(_system(code), envelope.box) for code in _list_codes(envelope.box, near)]
    job.notes.add("crs_missing", fixes=_fixes(readings), readings=tuple(readings))


def _list_codes(box: Box | None, near: Bounds | None) -> list[str]:
    """Return the systems that numbers may be in: degrees, else Mercator's meters or a UTM zone's.

    Of the zones those are given whose reading lies where the file is expected.
    """
    if box is None:
        return []
    if _within(box, _LON, _LAT):
        return [_DEGREES]
    codes = [_MERCATOR] if _within(box, _MERCATOR_REACH, _MERCATOR_REACH) else []
    zones = [] if near is None else _list_zones(near)
    return codes + [code for code in zones if _lies_near(_system(code), box, near)]


def _list_zones(near: Bounds) -> list[str]:
    """Return the codes of the UTM zones (WGS 84) that bounds lie in, at most a few."""
    west, south, east, north = near
    first, last = (min(60, int((lon + _LON) // _ZONE_DEGREES) + 1) for lon in (west, east))
    hemisphere = 326 if south + north >= 0 else 327
    return [f"EPSG:{hemisphere}{zone:02}" for zone in range(first, last + 1)][:_MOST_ZONES]


def _lies_near(crs: CRS, box: Box | None, near: Bounds | None) -> bool:
    found = project_box(crs, box)
    return near is not None and found is not None and _meet(found, near)


def _contradicts(crs: CRS, envelope: Envelope, near: Bounds | None) -> bool:
    if not envelope.places:
        return False
    if crs.is_geographic:
        return envelope.fitting + envelope.swapped < _MANY * envelope.places
    box = envelope.box
    if (box is not None and _within(box, _LON, _LAT)) or project_box(crs, box) is None:
        return True
    return _lies_beyond_use(crs, box) or _lies_elsewhere(crs, box, near)


def _lies_beyond_use(crs: CRS, box: Box | None) -> bool:
    """Return whether coordinates lie far from where their system is made for."""
    known = crs if crs.area_of_use else _known_system(crs)
    area, found = known.area_of_use, project_box(crs, box)
    if area is None or found is None or area.west > area.east:
        return False
    return not _meet(found, _widened((area.west, area.south, area.east, area.north)))


def _known_system(crs: CRS) -> CRS:
    """Return the authority's own system where the file's words name one, else the file's."""
    code = crs.to_authority(min_confidence=70)
    return CRS.from_authority(*code) if code else crs


def _lies_elsewhere(crs: CRS, box: Box | None, near: Bounds | None) -> bool:
    """Return whether a file lies apart from where it is expected, and there in another system."""
    if near is None or _lies_near(crs, box, _widened(near)):
        return False
    return any(_lies_near(_system(code), box, near) for code in _list_codes(box, near))


def _widened(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    return west - _APART, south - _APART, east + _APART, north + _APART


def _ask_which(job: Job, crs: CRS, envelope: Envelope, near: Bounds | None) -> None:
    """Offer the other readings, with where each would lie."""
    box, own = envelope.box, describe(crs)
    others = [code for code in _list_codes(box, near) if code != own]
    mine = _reading(crs, box).model_copy(update={"title": "as the file says"})
    readings = [mine, *(_reading(_system(code), box) for code in others)]
    job.notes.add("crs_contradictory", own, fixes=_fixes(readings), readings=tuple(readings))


def _fixes(readings: Sequence[Reading]) -> tuple[Fix, ...]:
    return tuple(one.fix for one in readings if one.fix is not None)


def _look_for_swap(job: Job, envelope: Envelope, near: Bounds | None) -> None:
    if job.choices.swap_axes is not None or not envelope.places:
        return
    surely = envelope.swapped > _MANY * envelope.places
    if surely or (near is not None and _lies_swapped(envelope.box, near)):
        box = envelope.box
        readings = tuple(_swap_reading(box, swap=swap) for swap in (False, True))
        fixes = _fixes(readings)
        job.notes.add("axes_swapped", rows=envelope.swapped, fixes=fixes, readings=readings)


def _swap_reading(box: Box | None, *, swap: bool) -> Reading:
    """Return where degrees lie as they are, which is no choice beyond the earth, or exchanged."""
    read = _swapped(box) if swap and box is not None else box
    bounds = project_box(WGS84, read)
    return Reading(
        crs=describe(WGS84),
        bounds=bounds,
        title="axes exchanged" if swap else "axes as the file has them",
        fix=Fix(field="swap_axes", value=swap) if swap or bounds is not None else None,
        numbers=box,
    )


def _lies_swapped(box: Box | None, near: Bounds) -> bool:
    """Return whether the file lies apart from where it is expected, and exchanged lies there."""
    return box is not None and not _meet(box, near) and _meet(_swapped(box), near)


def _swapped(box: Box) -> Box:
    return (box[1], box[0], box[3], box[2])


def _meet(one: Box, other: Box) -> bool:
    apart = one[0] > other[2] or one[2] < other[0] or one[1] > other[3] or one[3] < other[1]
    return not apart


def _reading(crs: CRS, box: Box | None) -> Reading:
    """Return where coordinates lie in a system; without a code, or beyond the earth, no choice."""
    name, bounds = describe(crs), project_box(crs, box)
    takes = bounds is not None and name.startswith("EPSG:")
    fix = Fix(field="crs", value=name) if takes else None
    return Reading(crs=name, bounds=bounds, fix=fix, numbers=box)


def _system(code: str) -> CRS:
    return CRS.from_user_input(code)


def _within(box: Box, x: float, y: float) -> bool:
    return bool(np.abs([box[0], box[2]]).max() <= x and np.abs([box[1], box[3]]).max() <= y)
