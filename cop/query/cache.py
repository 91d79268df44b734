"""A cache of answers, each computed once even if many ask at the same time."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cachetools import Cache

from cop.errors import CircularAnswerError

Answer = TypeVar("Answer")


@dataclass(eq=False)
class _Flight:
    """A running computation: its thread and its result."""

    owner: int
    done: threading.Event = field(default_factory=threading.Event)
    found: tuple[Any] | None = None


@dataclass(frozen=True, kw_only=True)
class CacheUse:
    """How often answers were at hand, or waited for while others computed them, or computed.

    ``size`` and ``limit`` are bytes, as far as they are known.
    """

    found: int
    joined: int
    computed: int
    entries: int
    size: int
    limit: int

    @property
    def hit_rate(self) -> float | None:
        """The share of answers that were not computed for who asked; None before the first."""
        asked = self.found + self.joined + self.computed
        return (self.found + self.joined) / asked if asked else None


class SingleFlightCache:
    """A cache whose keys are computed once; one computation may ask for any other key."""

    def __init__(self, cache: Cache[Any, Any]) -> None:
        """Store answers in ``cache``."""
        self._cache = cache
        self._uses: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._flights: dict[Hashable, _Flight] = {}
        self._waiting: dict[int, _Flight] = {}

    def __contains__(self, key: Hashable) -> bool:
        """Return whether an answer is at hand; it does not count as found."""
        with self._guard:
            return key in self._cache

    def get(self, key: Hashable) -> Any:
        """Return the answer of a key if it is at hand, else None."""
        with self._guard:
            return self._find(key)

    @property
    def use(self) -> CacheUse:
        """How much it was of use so far."""
        with self._guard:
            return CacheUse(
                found=self._uses["found"],
                joined=self._uses["joined"],
                computed=self._uses["computed"],
                entries=len(self._cache),
                size=int(self._cache.currsize),
                limit=int(self._cache.maxsize),
            )

    def once(self, key: Hashable, build: Callable[[], Answer]) -> Answer:
        """Return the answer of a key, even if it is too large to cache.

        A failure is not cached: it is raised where it happened, and waiting threads compute
        again. Raise CircularAnswerError if the answer of the key depends on itself.
        """
        while True:
            with self._guard:
                if key in self._cache:
                    found: Answer = self._find(key)
                    return found
                flight = self._flights.get(key)
                if flight is None:
                    self._uses["computed"] += 1
                    flight = self._flights[key] = _Flight(owner=threading.get_ident())
                    break
                self._refuse_circle(key, flight)
                self._waiting[threading.get_ident()] = flight
            try:
                flight.done.wait()
            finally:
                with self._guard:
                    del self._waiting[threading.get_ident()]
            if flight.found is not None:
                (found,) = flight.found
                with self._guard:
                    self._uses["joined"] += 1
                return found
        return self._build(key, flight, build)

    def _build(self, key: Hashable, flight: _Flight, build: Callable[[], Answer]) -> Answer:
        try:
            value = build()
            flight.found = (value,)
            return value
        finally:
            with self._guard:
                try:
                    if flight.found is not None:
                        self._store(key, flight.found[0])
                finally:
                    del self._flights[key]
                    flight.done.set()

    def _find(self, key: Hashable) -> Any:
        if key not in self._cache:
            return None
        self._uses["found"] += 1
        return self._cache[key]

    def _store(self, key: Hashable, value: object) -> None:
        # It is too large for the cache.
        with suppress(ValueError):
            self._cache[key] = value

    def _refuse_circle(self, key: Hashable, flight: _Flight | None) -> None:
        """Raise CircularAnswerError if waiting for a computation would be a deadlock."""
        while flight is not None and not flight.done.is_set():
            if flight.owner == threading.get_ident():
                raise CircularAnswerError(
                    f"{str(key)[:200]}: this answer depends on itself; report this as a bug"
                )
            flight = self._waiting.get(flight.owner)
