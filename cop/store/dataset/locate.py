"""Placing events: the sector and county that hold a point, the nearest segment of its sector."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pykdtree.kdtree import KDTree
from pyproj import Transformer
from threadpoolctl import threadpool_limits

from cop.model.event import OUTSIDE
from cop.model.tile import FloatArray, mercator_integers
from cop.model.upload import Bounds
from cop.store.catalogue.version import CatalogueVersion

_TO_MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)

SEGMENT_UNCERTAINTY_M = 25_000.0
"""Beyond it a record is in no segment: five segments to either side would be as likely."""
AREA_UNCERTAINTY_M = 100_000.0
"""Beyond it a record is in no sector or county: most sectors are narrower than twice that."""

Names = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.intp]

_NOWHERE = -1
_SAMPLE_M = 100.0
"""Of 100,000 points near the border 99% are settled by samples this far apart."""
_NEIGHBORS = 4
_LEAF_SAMPLES = 32
_ROUNDING = 1e-9
_CELL_BITS = 14
"""Points are looked up by cells of 2^14 Mercator integers: neighbors share the processor cache."""


@dataclass(frozen=True)
class Locator:
    """The areas and segments of a region, indexed."""

    sectors: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame
    files: tuple[str, ...] = ()
    """The files that these are read from, named by their content."""

    @cached_property
    def bounds(self) -> Bounds:
        """The bounds of the segments, degrees of EPSG:4326."""
        west, south, east, north = map(float, self.segments.total_bounds)
        return (west, south, east, north)

    def place(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add segment_id, sector, county, mx, my to rows with lon, lat; NONE is outside.

        A row whose ``uncertainty_m`` is too large to say so is in none either; without one the
        position is taken as it is.
        """
        lon, lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
        uncertainty_m = None
        if "uncertainty_m" in frame:
            uncertainty_m = frame["uncertainty_m"].to_numpy(float, na_value=np.nan)
        columns = self.locate(lon, lat, uncertainty_m)
        return frame.assign(**{name: _decode(column) for name, column in columns.items()})

    def place_table(self, table: pa.Table) -> pa.Table:
        """Add to a table what ``place`` adds to a frame."""
        lon, lat = table["lon"].to_numpy(), table["lat"].to_numpy()
        uncertainty_m = pc.cast(table["uncertainty_m"], pa.float64()).to_numpy()
        for name, column in self.locate(lon, lat, uncertainty_m).items():
            table = table.append_column(name, column)
        return table

    def locate(
        self, lon: FloatArray, lat: FloatArray, uncertainty_m: FloatArray | None
    ) -> dict[str, pa.Array]:
        """Return the columns that ``place`` adds, names as words by their number."""
        mx, my = mercator_integers(lon, lat)
        sector, county = self._sectors.find(lon, lat), self._counties.find(lon, lat)
        # Threads of the tree would wait busily for work that the steps beside this one need.
        with threadpool_limits(1, user_api="openmp"):
            segment = self._nearest(lon, lat, mx, my, sector)
        if uncertainty_m is not None:
            segment[uncertainty_m > SEGMENT_UNCERTAINTY_M] = _NOWHERE
            sector[uncertainty_m > AREA_UNCERTAINTY_M] = _NOWHERE
            county[uncertainty_m > AREA_UNCERTAINTY_M] = _NOWHERE
        return {
            "segment_id": _named(segment, self.segments["segment_id"]),
            "sector": _named(sector, self.sectors["sector"]),
            "county": _named(county, self.counties["county"]),
            "mx": pa.array(mx),
            "my": pa.array(my),
        }

    @cached_property
    def _sectors(self) -> "_Areas":
        return _Areas.build(self.sectors)

    @cached_property
    def _counties(self) -> "_Areas":
        return _Areas.build(self.counties)

    @cached_property
    def _stretches(self) -> Mapping[str, "_Stretches"]:
        """The segments of each sector, by its code."""
        return {
            str(code): _Stretches.build(
                own, numbers=np.flatnonzero(self.segments["sector"] == code)
            )
            for code, own in self.segments.groupby("sector")
        }

    def _nearest(
        self,
        lon: FloatArray,
        lat: FloatArray,
        mx: npt.NDArray[np.uint32],
        my: npt.NDArray[np.uint32],
        sector: Numbers,
    ) -> Numbers:
        """Mercator keeps angles: within a sector the nearest there is the nearest on the ground."""
        found = np.full(len(lon), _NOWHERE)
        cell = (mx >> _CELL_BITS).astype(np.uint64) << 32 | my >> _CELL_BITS
        x, y = _TO_MERCATOR.transform(lon, lat)
        for number, code in enumerate(self.sectors["sector"]):
            rows = np.flatnonzero(sector == number)
            stretches = self._stretches.get(str(code))
            if stretches is None or not len(rows):
                continue
            rows = rows[np.argsort(cell[rows])]
            found[rows] = stretches.nearest(np.column_stack((x[rows], y[rows])))
        return found


def read_locator(catalogue: CatalogueVersion) -> Locator | None:
    """Return the locator of a version; None where it has no region yet."""
    if not {"sectors", "segments"} <= {*catalogue.files}:
        return None
    counties = catalogue.files_of("counties")[0] if "counties" in catalogue.files else None
    return open_locator(
        catalogue.files_of("sectors")[0], catalogue.files_of("segments")[0], counties
    )


@lru_cache(maxsize=4)
def open_locator(sectors: str, segments: str, counties: str | None) -> Locator:
    """Open the locator of three files, once: they are named by their content."""
    none = gpd.GeoDataFrame({"county": []}, geometry=[], crs="EPSG:4326")
    return Locator(
        sectors=gpd.read_parquet(sectors),
        counties=none if counties is None else gpd.read_parquet(counties),
        segments=gpd.read_parquet(segments),
        files=tuple(str(path) for path in (sectors, counties, segments)),
    )


@dataclass(frozen=True, eq=False)
class _Areas:
    """Areas prepared for many points; where some overlap, the tree's first one counts."""

    shapes: Names
    tree: shapely.STRtree

    @classmethod
    def build(cls, areas: gpd.GeoDataFrame) -> Self:
        shapes = areas.geometry.to_numpy()
        shapely.prepare(shapes)
        return cls(shapes, shapely.STRtree(shapes))

    def find(self, lon: FloatArray, lat: FloatArray) -> Numbers:
        """Return the number of the area that holds each point, -1 for none."""
        found = np.full(len(lon), _NOWHERE)
        holding = np.zeros(len(lon), dtype=np.int32)
        for number, (shape, box) in enumerate(
            zip(self.shapes, shapely.bounds(self.shapes), strict=True)
        ):
            west, south, east, north = box
            near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            inside = near[shapely.intersects_xy(shape, lon[near], lat[near])]
            found[inside] = number
            holding[inside] += 1
        several = np.flatnonzero(holding > 1)
        if len(several):
            points = shapely.points(lon[several], lat[several])
            source, area = self.tree.query(points, predicate="intersects")
            rows, first = np.unique(source, return_index=True)
            found[several[rows]] = area[first]
        return found


@dataclass(frozen=True, eq=False)
class _Stretches:
    """The segments of one sector in Mercator meters, with samples along them."""

    numbers: Numbers
    lines: shapely.STRtree
    samples: KDTree
    owners: Numbers

    @classmethod
    def build(cls, segments: gpd.GeoDataFrame, *, numbers: Numbers) -> Self:
        lines = segments.geometry.to_crs("EPSG:3857").to_numpy()
        points, owners = shapely.get_coordinates(
            shapely.segmentize(lines, _SAMPLE_M), return_index=True
        )
        samples = KDTree(points, leafsize=_LEAF_SAMPLES)
        return cls(numbers, shapely.STRtree(lines), samples, owners)

    def nearest(self, points: FloatArray) -> Numbers:
        """Return the number of the segment nearest to each point (n, 2).

        A line is at most as far as its nearest sample, and the square of its distance at most that
        of half a step less. Where this leaves two segments in question, lines are measured.
        """
        away, sample = self.samples.query(points, k=_NEIGHBORS)
        owner = self.owners[np.minimum(sample, len(self.owners) - 1)]
        other = np.where(owner == owner[:, :1], np.inf, away).min(axis=1)
        other = np.minimum(other, away[:, -1])
        least = other**2 - (_SAMPLE_M / 2) ** 2
        found: Numbers = owner[:, 0]
        open_ = np.flatnonzero(~(least > away[:, 0] ** 2 * (1 + _ROUNDING)))
        if len(open_):
            _, line = self.lines.query_nearest(shapely.points(points[open_]), all_matches=False)
            found[open_] = line
        numbers: Numbers = self.numbers[found]
        return numbers


def _named(numbers: Numbers, names: pd.Series) -> pa.DictionaryArray:
    """Return names by number, NONE for -1."""
    words = pa.array([*names.astype(str), OUTSIDE], pa.large_string())
    return pa.DictionaryArray.from_arrays((numbers % len(words)).astype(np.int32), words)


def _decode(column: pa.Array) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.to_pandas().to_numpy()
