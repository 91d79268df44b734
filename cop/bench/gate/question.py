"""What the bench of the gate asks: tiles, summaries, records and pages, drawn from a seed."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

import numpy as np

from cop.bench.case import Case, draw_cases
from cop.model.filter import Filter
from cop.query.summary import BY
from cop.store.dataset.selection import select_events
from cop.store.snapshot import Snapshot
from cop.store.warehouse import Warehouse

REQUEST_KINDS: Mapping[str, str] = {
    "tile": "tiles with a new filter",
    "tile again": "the same tiles again",
    "summary": "summaries with a new filter",
    "summary again": "the same summaries again",
    "record": "single records",
    "page": "HTML of a page",
}
SIDES: Mapping[str, str] = {
    "off": "without sign-in",
    "on": "signed in, everything released",
    "lower": "signed in, some records withheld",
}
AGAIN = " again"
"""Ends the name of a kind that asks what another has just asked, as other viewers do."""
AGAIN_TIMES = 3
"""How often that is asked."""
_PAGES = ("/", "/Data", "/Sectors", "/Alerts")
_TILES = ("z6", "z9", "z12")
_SUMMARIES = ("Q1", "Q2", "Q3", "Q4")


def draw_requests(
    warehouse: Warehouse, readable: Snapshot, *, seed: int, rounds: int, requests: int
) -> Iterator[dict[str, list[str]]]:
    """Draw for each round ``requests`` paths of each kind; tiles and summaries are never equal.

    Single records are ``readable`` ones, so that every side has an answer.
    """
    records = _read_records(warehouse, readable, seed)
    rng = np.random.default_rng(seed)
    keys = sorted(BY)
    for part in range(rounds):
        repetitions = -(-requests // len(_TILES))
        cases = draw_cases(warehouse, seed=seed * rounds + part, repetitions=repetitions)
        drawn = [case for cases_of_one in cases for case in cases_of_one]
        tiles = [_tile_path(case) for case in drawn if case.query in _TILES][:requests]
        filters = [case for case in drawn if case.query in _SUMMARIES][:requests]
        yield {
            "tile": tiles,
            "summary": [_summary_path(case, keys[n % len(keys)]) for n, case in enumerate(filters)],
            "record": [
                f"/api/events/{records[int(n)]}" for n in rng.integers(0, len(records), requests)
            ],
            "page": [_PAGES[n % len(_PAGES)] for n in range(requests)],
        }


def _tile_path(case: Case) -> str:
    tile = case.tile
    assert tile is not None  # noqa: S101 these cases have one
    return f"/tiles/events/{tile.z}/{tile.x}/{tile.y}.mvt?{urlencode(case.filter.to_pairs())}"


def _summary_path(case: Case, by: str) -> str:
    return f"/api/summary?{urlencode([('by', by), *case.filter.to_pairs()])}"


def _read_records(warehouse: Warehouse, readable: Snapshot, seed: int) -> Sequence[str]:
    selection = select_events(readable.catalogue, Filter())
    found = warehouse.query(
        f"SELECT event_id FROM {selection.source} WHERE {selection.where} "  # noqa: S608 our own fragments, values are bound
        "ORDER BY hash(event_id, $seed) LIMIT 1000",
        {**selection.values, "seed": seed},
    )
    return [event_id for (event_id,) in found]
