"""Answers that are kept, each computed once even when many ask at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from cachetools import Cache

_LOCKS = 64


class SingleFlightCache:
    """A cache whose keys are computed once; what is computed must not ask it for anything else."""

    def __init__(self, cache: Cache[Any, Any]) -> None:
        """Keep answers in ``cache``."""
        self._cache = cache
        self._guard = threading.Lock()
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def __contains__(self, key: Any) -> bool:
        """Say whether an answer is at hand."""
        with self._guard:
            return key in self._cache

    def once(self, key: Any, build: Callable[[], Any]) -> Any:
        """Give the answer of a key; what is too large to be kept is given all the same."""
        with self._guard:
            if key in self._cache:
                return self._cache[key]
        with self._locks[hash(key) % _LOCKS]:
            with self._guard:
                if key in self._cache:
                    return self._cache[key]
            value = build()
            with self._guard:
                try:
                    self._cache[key] = value
                except ValueError:
                    return value
            return value
