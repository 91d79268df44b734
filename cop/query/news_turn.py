"""Turns: open pages follow what is new one after another, so that what people do goes first.

A new version is news to every open page at once. If hundreds of them were drawn anew at the same
time, whoever presses a button would wait for all of them.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Final

NEWS_SHARE: Final = 0.5
"""Of one core, what pages that follow news may take: Python runs one thread at a time."""
AHEAD_S: Final = 2.0
"""So much of it may be given in advance: few pages are drawn anew as soon as they look."""
GONE_S: Final = 15.0
"""A page that has not looked for so long does not wait any more: the slowest look every 10 s."""
_FIRST_COST_S: Final = 0.1
_LATEST: Final = 0.1
"""How much the latest page counts in what a page takes."""


class NewsTurns:
    """Gives pages their turns, first come, first served, by the processor time that pages take."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody waiting; ``clock`` gives seconds."""
        self._clock = clock
        self._cost_s = _FIRST_COST_S
        self._given_until = -math.inf
        self._looked_at: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many pages wait for their turn."""
        return len(self._looked_at)

    def note_cost(self, seconds: float) -> None:
        """Take account of the processor time in which a page was drawn."""
        with self._lock:
            self._cost_s += _LATEST * (seconds - self._cost_s)

    def take(self, page: str) -> bool:
        """Return whether it is the turn of a page that has news; else it waits and asks again."""
        now = self._clock()
        with self._lock:
            self._looked_at[page] = now
            for gone in [p for p, at in self._looked_at.items() if at < now - GONE_S]:
                del self._looked_at[gone]
            turn_s = self._cost_s / NEWS_SHARE
            begins = max(self._given_until, now)
            # Where nobody has a turn there is one, however long it takes.
            free = max((now + AHEAD_S - begins) // turn_s, 1 if begins == now else 0)
            if [*self._looked_at].index(page) >= free:
                return False
            del self._looked_at[page]
            self._given_until = begins + turn_s
            return True

    def leave(self, page: str) -> None:
        """Wait no longer for a page."""
        with self._lock:
            self._looked_at.pop(page, None)
