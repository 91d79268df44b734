"""How many times as fast as its peers ours is, and how many times it has to be."""

from collections.abc import Mapping
from typing import Any, Final

Ratios = dict[str, dict[str, float]]

FLOORS: Final[Ratios] = {
    "Q1": {"postgis": 2, "geopandas": 30, "polars": 1.6, "chdb": 1.5},
    "Q2": {"postgis": 5, "geopandas": 8, "polars": 1.1, "chdb": 1.3},
    "Q3": {"postgis": 8, "geopandas": 7, "polars": 1.3, "chdb": 1.1},
    "Q4": {"postgis": 100, "geopandas": 40, "polars": 12, "chdb": 15},
    "Q5": {"postgis": 9, "geopandas": 14, "polars": 1.8, "chdb": 1.5},
    "z6 over HTTP": {"tipg": 20},
    "z9 over HTTP": {"tipg": 5},
    "z12 over HTTP": {"tipg": 1.5},
    "tiles a second": {"tipg": 5},
}
"""For 10 million events on two cores, nothing else running."""
FLOOR_EVENTS: Final = 10_000_000


def build_ratios(
    queries: Mapping[str, Mapping[str, Mapping[str, float]]], http: Mapping[str, Any] | None
) -> Ratios:
    """Return {what: {peer: how many times as fast ours is}}, by medians or by tiles a second."""
    medians = dict(queries)
    if http:
        medians |= {f"{zoom} over HTTP": found for zoom, found in http["zooms"].items()}
    ratios = {
        what: {
            name: round(one["median_ms"] / by_rival["ours"]["median_ms"], 2)
            for name, one in by_rival.items()
            if name != "ours"
        }
        for what, by_rival in medians.items()
    }
    if http:
        per_s = http["per_s"]
        ratios["tiles a second"] = {
            name: round(per_s["ours"] / n, 2) for name, n in per_s.items() if name != "ours"
        }
    return ratios


def find_missed(ratios: Ratios) -> list[str]:
    """Name each ratio that is under its floor."""
    return [
        f"{what}: {ratios[what][name]:g} times as fast as {name}, floor {floor:g}"
        for what, floors in FLOORS.items()
        for name, floor in floors.items()
        if ratios.get(what, {}).get(name, floor) < floor
    ]


def find_absent(ratios: Ratios) -> list[str]:
    """Name the peers that have a floor and were not there."""
    present = {name for by_peer in ratios.values() for name in by_peer}
    return sorted({name for floors in FLOORS.values() for name in floors} - present)
