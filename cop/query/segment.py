"""The segments of the region that is loaded, west to east."""

from functools import lru_cache

import geopandas as gpd

from cop.store.snapshot import Snapshot

_FILES_CACHED = 8


def read_segments(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """Read the segments of the region, west to east; the frame is shared, so leave it as it is."""
    (path,) = snapshot.catalogue.files_of("segments")
    return read_segment_file(path)


# A file's name is its sha256, so that what was read of it stays true.
@lru_cache(_FILES_CACHED)
def read_segment_file(path: str) -> gpd.GeoDataFrame:
    """Read the segments of a stored file."""
    return gpd.read_parquet(path).sort_values("km_from", ignore_index=True)
