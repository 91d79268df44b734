"""Which peers there are, and how each is opened over the published event files."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cop.bench.peer.frame import FramePeer
from cop.bench.peer.scan import ScanPeer
from cop.bench.rival import Rival
from cop.errors import SettingsError

OpenPeer = Callable[[Sequence[str], Path], Rival]

PEERS: dict[str, OpenPeer] = {FramePeer.name: FramePeer, ScanPeer.name: ScanPeer}
"""Each takes the event files and an empty folder of its own."""


def choose_peers(names: str) -> dict[str, OpenPeer]:
    """Read a list such as ``geopandas,polars``; an empty one races nobody."""
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen:
        if name not in PEERS:
            raise SettingsError(f"--peers {name[:40]!r} is unknown: use {','.join(PEERS)}")
    return {name: PEERS[name] for name in chosen}
