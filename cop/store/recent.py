"""The snapshots that were the newest until a moment ago: pages that are open show them still."""

import threading
import time
from collections.abc import Callable
from typing import Final

from cachetools import TTLCache

from cop.store.snapshot import Snapshot

MOST: Final = 8
"""A page that is open hears of a new version within seconds; feeds publish one each second."""
_SECONDS: Final = 60.0


class RecentSnapshots:
    """The last few by their version, each for a minute at most: what they read stays until then."""

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; ``timer`` is the clock in seconds."""
        self._turn = threading.Lock()
        self._cache: TTLCache[int, Snapshot] = TTLCache(MOST, _SECONDS, timer=timer)

    def add(self, snapshot: Snapshot) -> None:
        """Note one that is the newest no more."""
        with self._turn:
            self._cache[snapshot.version] = snapshot

    def snapshots(self) -> list[Snapshot]:
        """Return those that are at hand, the latest first."""
        with self._turn:
            return sorted(self._cache.values(), key=lambda one: one.version, reverse=True)

    def expire(self) -> None:
        """Forget those whose time is over."""
        with self._turn:
            self._cache.expire()
