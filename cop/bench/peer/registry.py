"""Which peers there are, and how each is opened over the published event files."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cop.bench.peer.frame import FramePeer
from cop.bench.peer.scan import ScanPeer
from cop.bench.rival import Rival
from cop.errors import SettingsError
from cop.settings import BenchSettings

OpenPeer = Callable[[Sequence[str], Path], Rival]

PEERS: dict[str, OpenPeer] = {FramePeer.name: FramePeer, ScanPeer.name: ScanPeer}
"""Each takes the event files and an empty folder of its own."""


def choose_peers(names: str, settings: BenchSettings) -> dict[str, OpenPeer]:
    """Read a list such as ``geopandas,polars``; an empty one races nobody.

    The database of the settings races too, where there is one.
    """
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen:
        if name not in PEERS:
            raise SettingsError(f"--peers {name[:40]!r} is unknown: use {','.join(PEERS)}")
    database = {"postgis": _database(settings.bench_pg)} if settings.bench_pg else {}
    return {name: PEERS[name] for name in chosen} | database


def _database(dsn: str) -> OpenPeer:
    def open_peer(files: Sequence[str], _scratch: Path) -> Rival:
        from cop.bench.peer.database import DatabasePeer

        return DatabasePeer.connect(dsn, files)

    return open_peer
