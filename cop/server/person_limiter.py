"""Requests of each person: so many a second on average, and some at once."""

import time
from collections.abc import Callable
from math import ceil

from cachetools import LRUCache

_MOST_PEOPLE = 10_000
_AT_ONCE_SECONDS = 10.0


class PersonLimiter:
    """A bucket of requests for each person, which fills with time; an empty one refuses."""

    def __init__(
        self,
        per_s: float,
        *,
        at_once_s: float = _AT_ONCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let ``per_s`` requests of each person through each second.

        After a rest a person may send at once what fills in ``at_once_s`` seconds.
        """
        self._per_s, self._most, self._clock = per_s, per_s * at_once_s, clock
        self._left: LRUCache[str, tuple[float, float]] = LRUCache(_MOST_PEOPLE)

    def take(self, person: str) -> int:
        """Count a request; return 0, or the whole seconds until the next is answered."""
        now = self._clock()
        left, at = self._left.get(person, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_s)
        if left < 1:
            self._left[person] = left, now
            return max(1, ceil((1 - left) / self._per_s))
        self._left[person] = left - 1, now
        return 0
