"""What a layer shows as features: the rows of its tiles, whole instead of cut into tiles."""

import geopandas as gpd

from cop.layerkind.registry import kind_of
from cop.model.layer import Layer
from cop.query.service import QueryService
from cop.query.view import View


def count_features(service: QueryService, view: View, layer: Layer) -> int | None:
    """Return how many events or features a layer shows; None if there are never too many."""
    return kind_of(layer).count_features(service, view, layer)


def read_features(
    service: QueryService, view: View, layer: Layer, *, zoom: int, most: int
) -> gpd.GeoDataFrame:
    """Return what a layer shows, EPSG:4326: shapes as at a zoom, of events the newest ``most``."""
    return kind_of(layer).read_features(service, view, layer, zoom=zoom, most=most)


def read_cells(service: QueryService, view: View, layer: Layer, *, bits: int) -> gpd.GeoDataFrame:
    """Return a layer's features as square cells of 2**bits Web Mercator integers a side.

    ``n`` and ``count`` add up to those of the events; the most frequent ``kind`` names a cell. Of
    an uploaded layer ``cop_n`` adds up to its features.
    """
    return kind_of(layer).read_cells(service, view, layer, bits=bits)
