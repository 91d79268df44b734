"""Which peers there are, and how each is opened over the published event files."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from cop.bench.peer.frame import FramePeer
from cop.bench.peer.scan import ScanPeer
from cop.bench.rival import Rival
from cop.errors import SettingsError
from cop.settings import BenchSettings

OpenPeer = Callable[[Sequence[str], Path], Rival]


def _open_clickhouse(files: Sequence[str], scratch: Path) -> Rival:
    from cop.bench.peer.clickhouse import ClickHousePeer

    return ClickHousePeer(files, scratch)


PEERS: dict[str, OpenPeer] = {
    FramePeer.name: FramePeer,
    ScanPeer.name: ScanPeer,
    "chdb": _open_clickhouse,
}
"""Each is the package that it needs, and takes the event files and an empty folder of its own."""


def choose_peers(names: str | None, settings: BenchSettings) -> dict[str, OpenPeer]:
    """Read a list such as ``geopandas,polars``; an empty one races nobody, None all installed.

    The database of the settings races too, where there is one.
    """
    if names is None:
        chosen = [name for name in PEERS if find_spec(name)]
    else:
        chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen:
        if name not in PEERS:
            raise SettingsError(f"--peers {name[:40]!r} is unknown: use {','.join(PEERS)}")
        if not find_spec(name):
            raise SettingsError(
                f"--peers {name}: the package {name} is not installed; run `pip install {name}`, "
                "in a checkout `make bench-peers`"
            )
    database = {"postgis": _database(settings.bench_pg)} if settings.bench_pg else {}
    return {name: PEERS[name] for name in chosen} | database


def _database(dsn: str) -> OpenPeer:
    def open_peer(files: Sequence[str], _scratch: Path) -> Rival:
        from cop.bench.peer.database import DatabasePeer

        return DatabasePeer.connect(dsn, files)

    return open_peer
