"""The peer tipg: a server of event tiles from the table that the peer PostGIS loads."""

from contextlib import closing
from http.client import HTTPException
from typing import Final
from urllib.parse import urlencode

from cop.bench.load.tile import TileRequest, connect, fetch
from cop.bench.rival import TILE_COLUMNS
from cop.errors import SettingsError
from cop.settings import BenchSettings

_COLLECTION: Final = "/collections/cop_bench.events"
_OK: Final = 200


def choose_tipg(settings: BenchSettings) -> str | None:
    """Return the address of the settings; SettingsError without a database that it could serve."""
    if settings.bench_tipg and not settings.bench_pg:
        raise SettingsError("COP_BENCH_TIPG: set COP_BENCH_PG too, to the database that it serves")
    return settings.bench_tipg


def write_tipg_path(asked: TileRequest) -> str:
    """Return where tipg has a tile, each event with what a point of ours carries."""
    query = {
        "datetime": "/".join(f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (asked.start, asked.end)),
        "datetime-column": "occurred_at",
        "properties": ",".join(TILE_COLUMNS),
    }
    place = f"{asked.zoom}/{asked.x}/{asked.y}"
    return f"{_COLLECTION}/tiles/WebMercatorQuad/{place}?{urlencode(query)}"


def refresh_tipg(address: str, *, is_loaded: bool) -> None:
    """Have tipg look for tables anew; SettingsError if it cannot, or lacks ours once that is there.

    An address that does not answer is an error before anything is loaded.
    """
    paths = ("/refresh", _COLLECTION) if is_loaded else ("/refresh",)
    try:
        with closing(connect(address)) as connection:
            statuses = {fetch(connection, path)[0] for path in paths}
    except (OSError, HTTPException, ValueError) as fault:
        raise SettingsError(f"COP_BENCH_TIPG {address}: it does not answer: {fault}") from fault
    if statuses != {_OK}:
        raise SettingsError(
            f"COP_BENCH_TIPG {address}: it does not serve the table of the bench; start it for the "
            "database of COP_BENCH_PG with TIPG_DEBUG=TRUE and TIPG_DB_SCHEMAS='[\"cop_bench\"]'"
        )
