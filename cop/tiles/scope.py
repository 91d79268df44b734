"""What a layer's tiles depend on: datasets, and the moments that an edition is read at."""

from datetime import datetime

from cop.model.layer import Layer
from cop.store.warehouse import Edition


def datasets_of(layer: Layer) -> tuple[str, ...]:
    """Give the datasets that a layer's tiles are made from."""
    return {
        "events": ("events",),
        "segments": ("segments", "events", "sensors", "outages", "lines"),
        "sensors": (layer.dataset, "outages"),
        "features": (layer.dataset, *(["statistics"] if layer.statistics else [])),
        "hotspots": ("events", "segments", "sources"),
        "changes": ("events",),
        "terrain": (layer.dataset,),
        "basemap": (),
    }[layer.tile]


def name_moments(layer: Layer, edition: Edition, since: datetime | None) -> str:
    """Name what a layer is known at and compared with; the present alone has no name."""
    known = "" if edition.known_at is None else f" {edition.known_at.isoformat()}"
    compared = layer.tile == "changes" and since is not None
    return known + (f" since {since.isoformat()}" if compared and since else "")
