"""Checking shapes: within the earth, in degrees, valid; what can be repaired is."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from cop.ingest.source.base.finding import Notes
from cop.ingest.source.base.opened import Shapes
from cop.ingest.upload.parse_geometry import Placed
from cop.ingest.upload.repair import TOO_MANY, UNUSABLE, ShapeRepair
from cop.ingest.upload.system import System

_LON, _LAT, _HALF = 180.0, 90.0, 180.0
_FAR = 1e12
_SLACK = 1e-9


@dataclass
class CheckedShapes:
    """Shapes in EPSG:4326 in two dimensions, and why a row has none that can be used."""

    shapes: Shapes
    reasons: npt.NDArray[np.object_]

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """The rows to keep."""
        found: npt.NDArray[np.bool_] = self.reasons == ""
        return found


@dataclass
class ShapeCheck:
    """Checks batches of one file and counts what it met."""

    system: System | None
    notes: Notes
    repair: ShapeRepair = field(default_factory=ShapeRepair)
    kinds: dict[str, int] = field(default_factory=dict)
    low: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(2, np.inf))
    high: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(2, -np.inf))

    def check(self, placed: Placed) -> CheckedShapes:
        """Return what can be kept of a batch."""
        found = CheckedShapes(placed.shapes.copy(), np.full(len(placed.shapes), "", dtype=object))
        missing = shapely.is_missing(found.shapes)
        unread = "geometry_unusable" if placed.column == "geometry" else "position_unreadable"
        self._reject(found, missing & placed.given, unread, "no readable position")
        self._reject(found, missing & ~placed.given, "geometry_missing", "no position")
        self._reject(found, shapely.is_empty(found.shapes), "geometry_empty", "an empty shape")
        self._flatten(found)
        self._bound(found, is_raw=True)
        self._transform(found)
        self._bound(found, is_raw=False)
        self._repair(found)
        self._measure(found)
        return found

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """The bounds of all that was kept."""
        if not np.isfinite(self.low).all():
            return None
        return (float(self.low[0]), float(self.low[1]), float(self.high[0]), float(self.high[1]))

    def _reject(
        self, found: CheckedShapes, bad: npt.NDArray[np.bool_], code: str, why: str
    ) -> None:
        bad = bad & found.usable
        if bad.any():
            self.notes.add(code, rows=int(bad.sum()))
            found.reasons[bad] = why
            found.shapes[bad] = None

    def _flatten(self, found: CheckedShapes) -> None:
        tall = shapely.has_z(found.shapes) | shapely.has_m(found.shapes)
        if tall.any():
            self.notes.add("geometry_flat", rows=int(tall.sum()))
            found.shapes[tall] = shapely.force_2d(found.shapes[tall])

    def _bound(self, found: CheckedShapes, *, is_raw: bool) -> None:
        """Reject shapes of which any corner is nowhere on the earth."""
        corners, owner = shapely.get_coordinates(found.shapes, return_index=True)
        if self.system is not None and self.system.swap and is_raw:
            corners = corners[:, ::-1]
        degrees = not is_raw or (self.system is not None and self.system.crs.is_geographic)
        x_most, y_most = (_LON, _LAT) if degrees else (_FAR, _FAR)
        fits = (np.abs(corners[:, 0]) <= x_most + _SLACK) & (
            np.abs(corners[:, 1]) <= y_most + _SLACK
        )
        if not fits.all():
            bad = np.zeros(len(found.shapes), dtype=bool)
            bad[owner[~fits]] = True
            self._reject(found, bad, "out_of_bounds", "beyond 180 degrees east or 90 north")

    def _transform(self, found: CheckedShapes) -> None:
        if self.system is None:
            return
        usable = found.usable & ~shapely.is_missing(found.shapes)
        if self.system.swap:
            found.shapes[usable] = shapely.transform(found.shapes[usable], lambda xy: xy[:, ::-1])
        if not self.system.is_degrees:
            transformer = self.system.transformer()

            def to_degrees(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
                return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

            found.shapes[usable] = shapely.transform(found.shapes[usable], to_degrees)

    def _repair(self, found: CheckedShapes) -> None:
        is_shape = found.usable & ~shapely.is_missing(found.shapes)
        bad = np.flatnonzero(is_shape & ~shapely.is_valid(found.shapes))
        if not len(bad):
            return
        mended = np.full(len(bad), None, dtype=object)
        mended[:] = self.repair.mend(list(found.shapes[bad]))
        repaired = len(bad)
        for code, why in (("geometry_unusable", UNUSABLE), ("repair_limited", TOO_MANY)):
            failed = np.zeros(len(found.shapes), dtype=bool)
            failed[bad] = [one == why for one in mended]
            repaired -= int(failed.sum())
            self._reject(found, failed, code, why)
        is_mended = np.array([not isinstance(one, str) for one in mended], dtype=bool)
        found.shapes[bad[is_mended]] = mended[is_mended]
        if repaired:
            self.notes.add("geometry_repaired", rows=repaired)

    def _measure(self, found: CheckedShapes) -> None:
        kept = found.shapes[found.usable & ~shapely.is_missing(found.shapes)]
        if not len(kept):
            return
        corners = shapely.bounds(kept)
        wide = int((corners[:, 2] - corners[:, 0] > _HALF).sum())
        if wide:
            self.notes.add("antimeridian", rows=wide)
        self.low = np.minimum(self.low, corners[:, :2].min(axis=0))
        self.high = np.maximum(self.high, corners[:, 2:].max(axis=0))
        for number, count in zip(
            *np.unique(shapely.get_type_id(kept), return_counts=True), strict=True
        ):
            kind = _TITLES[int(number)]
            self.kinds[kind] = self.kinds.get(kind, 0) + int(count)


_TITLES = {
    0: "Point",
    1: "LineString",
    2: "LinearRing",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
