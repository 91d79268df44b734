"""Shapes that can be kept: on the earth, in degrees, flat and valid."""

import numpy as np
import pytest
import shapely
from pyproj import CRS

from cop.ingest.source.base.finding import Notes
from cop.ingest.upload.parse_geometry import Placed
from cop.ingest.upload.shape import CheckedShapes, ShapeCheck
from cop.ingest.upload.system import WGS84, System

pytestmark = pytest.mark.layers


def check(*shapes: shapely.Geometry | None, given: bool = True, **system: object) -> tuple[
    CheckedShapes, ShapeCheck
]:  # fmt: skip
    about = {"crs": WGS84, "swap": False} | system
    checks = ShapeCheck(System(**about), Notes())  # type: ignore[arg-type]
    array = np.array([*shapes, None], dtype=object)[:-1]
    placed = Placed(array, np.full(len(array), given), "geometry")
    return checks.check(placed), checks


def codes(checks: ShapeCheck) -> set[str]:
    return {finding.code for finding in checks.notes.list()}


def test_what_is_on_the_earth_is_kept_and_measured() -> None:
    found, checks = check(shapely.Point(-110, 31), shapely.LineString([(-111, 30), (-109, 32)]))
    assert found.usable.all()
    assert checks.bounds == (-111, 30, -109, 32)
    assert checks.kinds == {"Point": 1, "LineString": 1}
    assert codes(checks) == set()


@pytest.mark.parametrize(
    ("shape", "given", "code"),
    [
        (None, True, "geometry_unusable"),
        (None, False, "geometry_missing"),
        (shapely.Point(), True, "geometry_empty"),
        (shapely.Point(-190, 31), True, "out_of_bounds"),
        (shapely.Point(31, 95), True, "out_of_bounds"),
    ],
)
def test_what_cannot_be_kept_has_its_reason(
    shape: shapely.Geometry | None, *, given: bool, code: str
) -> None:
    found, checks = check(shape, given=given)
    assert not found.usable.any()
    assert found.shapes.tolist() == [None]
    assert codes(checks) == {code}
    assert checks.bounds is None


def test_heights_go_and_a_bow_tie_is_repaired() -> None:
    tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    found, checks = check(shapely.Point(1, 2, 3), tie)
    assert not shapely.has_z(found.shapes).any()
    assert shapely.is_valid(found.shapes).all()
    assert shapely.get_dimensions(found.shapes).tolist() == [0, 2]
    assert codes(checks) == {"geometry_flat", "geometry_repaired"}


def test_another_system_and_swapped_axes_become_degrees() -> None:
    found, _ = check(shapely.Point(505947.7, 3466578.1), crs=CRS.from_epsg(32612))
    (point,) = found.shapes
    assert (point.x, point.y) == pytest.approx((-110.93748, 31.33362), abs=1e-4)
    found, _ = check(shapely.Point(31, -110), swap=True)
    assert found.shapes[0].wkt == "POINT (-110 31)"


def test_a_shape_wider_than_half_the_earth_is_noted() -> None:
    found, checks = check(shapely.LineString([(-179, 0), (179, 0)]))
    assert found.usable.all()
    assert codes(checks) == {"antimeridian"}
