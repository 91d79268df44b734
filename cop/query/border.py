"""The border line of the region that is loaded, simplified for a small map."""

import numpy as np
import numpy.typing as npt
import shapely

from cop.query.segment import read_segments
from cop.store.snapshot import Snapshot

Points = npt.NDArray[np.float64]
_LINE_DEGREES = 0.02


def read_border(snapshot: Snapshot, *, within_deg: float = _LINE_DEGREES) -> list[Points]:
    """Return the border line of a region as lines of (lon, lat), ``within_deg`` of where it runs.

    None if no region is loaded.
    """
    if "segments" not in snapshot.catalogue.files:
        return []
    whole = shapely.line_merge(shapely.union_all(read_segments(snapshot).geometry.to_numpy()))
    simple = shapely.simplify(whole, within_deg)
    return [shapely.get_coordinates(part) for part in shapely.get_parts(simple)]
