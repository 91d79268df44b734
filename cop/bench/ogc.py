"""Features over HTTP: every page of the events read, beside geopandas writing the same rows."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import geopandas as gpd
import pandas as pd

from cop.bench.server import serving
from cop.errors import StoreError
from cop.ingest.demo.publish import publish_demo
from cop.model.moment import utc_now
from cop.query.item.page import MOST_ITEMS
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

_DAYS: Final = 365
_TIMEOUT_S: Final = 300
# GDAL asks for as many features as a page may have; QGIS asks for fewer.
_LIMITS: Final = (MOST_ITEMS, 1_000)
_PATH: Final = "/ogc/collections/events/items"
_ASKED: Final = {"records": "synthetic", "filter": "kind = 'crossing'", "filter-lang": "cql2-text"}


def run_ogc(store: StoreSettings, *, events: int, seed: int) -> dict[str, Any]:
    """Read so many SYNTHETIC events as features from a server of our own on this machine.

    Return {events, whole, small, filtered}: all in the largest pages, all in pages of 1,000, and
    the crossings alone by CQL2 in the largest pages. Each has {limit, items, pages, mb, seconds,
    items_per_s, first_ms, last_ms, peer_items_per_s, ratio}. The peer is geopandas, which writes
    each page's number of the same rows, in memory before, as GeoJSON: without HTTP, without a
    filter and without an order. It and the server take turns, page by page.
    """
    with tempfile.TemporaryDirectory(dir=store.data.parent if store.data.is_dir() else None) as at:
        own = store.of_files(Path(at) / "warehouse")
        publish_demo(
            own, events=events, days=_DAYS, seed=seed, end=utc_now(),
            progress=lambda _step, _rows: None,
        )  # fmt: skip
        frame = _read_frame(own)
        with serving(own, Path(at) / "log.txt") as address:
            found = {
                "whole": _read_all(address, frame, limit=_LIMITS[0], asked={}),
                "small": _read_all(address, frame, limit=_LIMITS[1], asked={}),
                "filtered": _read_all(address, frame, limit=_LIMITS[0], asked=_ASKED),
            }
    crossings = int((frame["kind"] == "crossing").sum())
    for name, due in (("whole", events), ("small", events), ("filtered", crossings)):
        if found[name]["items"] != due:
            raise StoreError(f"the bench read {found[name]['items']:,} of {due:,} features")
    return {"events": events, **found}


def _read_frame(store: StoreSettings) -> gpd.GeoDataFrame:
    with closing(Warehouse(store)) as warehouse:
        files = warehouse.snapshot.catalogue.event_files
        tables = [gpd.read_parquet(file) for file in files]
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=tables[0].crs)


def _read_all(
    address: str, frame: gpd.GeoDataFrame, *, limit: int, asked: dict[str, str]
) -> dict[str, Any]:
    page_s, peer_s, items, size, start = [], 0.0, 0, 0, 0
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=_TIMEOUT_S)) as connection:
        for took_s, content in _pages(connection, limit, asked):
            n = len(content["features"])
            page_s.append(took_s)
            items += n
            size += content["size"]
            rows = frame.iloc[start : start + n]
            start = 0 if start + 2 * limit > len(frame) else start + limit
            started = time.perf_counter()
            rows.to_json(default=str)
            peer_s += time.perf_counter() - started
    taken_s = sum(page_s)
    return {
        "limit": limit,
        "items": items,
        "pages": len(page_s),
        "mb": round(size / 1e6, 1),
        "seconds": round(taken_s, 2),
        "items_per_s": round(items / taken_s),
        "first_ms": round(1e3 * page_s[0], 1),
        "last_ms": round(1e3 * page_s[-1], 1),
        "peer_items_per_s": round(items / peer_s),
        "ratio": round(peer_s / taken_s, 2),
    }


def _pages(
    connection: HTTPConnection, limit: int, asked: dict[str, str]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield how long each page took until its last byte was here, and what it has."""
    path: str | None = f"{_PATH}?{urlencode({'limit': limit, **asked})}"
    while path is not None:
        started = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        took_s = time.perf_counter() - started
        if answer.status != 200:  # noqa: PLR2004
            raise StoreError(f"{path} answered {answer.status}: {body[:200]!r}")
        page = json.loads(body)
        yield took_s, {"features": page["features"], "size": len(body)}
        onward = [urlsplit(link["href"]) for link in page["links"] if link["rel"] == "next"]
        path = f"{onward[0].path}?{onward[0].query}" if onward else None
