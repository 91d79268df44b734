"""Files that cost far more than their size: shapes that cross themselves thousands of times."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.attack.attempt import Attempt

_SMALL = [[-111.0, 31.0], [-110.0, 32.0], [-110.0, 31.0], [-111.0, 32.0], [-111.0, 31.0]]


def draw_costly(random: Random, folder: Path) -> Iterator[Attempt]:
    """Draw shapes beside a small one that can be repaired; ``rows`` of the file are kept."""
    for way in ("ring", "rings", "star"):
        own = folder / f"{random.randrange(1 << 32):08x}"
        own.mkdir(parents=True)
        path = own / "file.geojson"
        number = 12 if way == "rings" else 1
        shapes = [_star(random) if way == "star" else _ring(random) for _ in range(number)]
        features = [
            {
                "type": "Feature",
                "properties": {"n": place},
                "geometry": {"type": "Polygon", "coordinates": [shape]},
            }
            for place, shape in enumerate([_SMALL, *shapes])
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        found = ("geometry_repaired", "repair_limited")
        yield Attempt(way=way, path=path, name=f"{way}.geojson", rows=1, found=found)


def _ring(random: Random) -> list[list[float]]:
    """A ring through 3,000 places at random."""
    ring = [[random.uniform(-111, -110), random.uniform(31, 32)] for _ in range(3_000)]
    return [*ring, ring[0]]


def _star(random: Random) -> list[list[float]]:
    """A ring to and fro between two sides, so that every stroke crosses most others."""
    strokes = range(4_000)
    sides = [[[-111.0, random.uniform(31, 32)], [-110.0, random.uniform(31, 32)]] for _ in strokes]
    ring = [corner for side in sides for corner in side]
    return [*ring, ring[0]]
