"""Connections to PostgreSQL that wait for no answer forever: one that is silent is given up."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Self

import psycopg
from psycopg.abc import RV, PQGen

ANSWER_S: Final = 20.0
"""How long an answer may take: longer than writers wait for each other."""
_DOUBTED_S: Final = 5.0
"""The same for a database that did not answer the last time."""
_REST_S: Final = 5.0
"""How long a database that did not answer is asked nothing, so that nobody waits for it."""
_SILENT: Final = "PostgreSQL does not answer"


class Silences:
    """Which databases did not answer the last time; safe to use from many threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none."""
        self._clock = clock
        self._lock = threading.Lock()
        self._noted: dict[str, float] = {}

    def note(self, database: str) -> None:
        """Note that a database did not answer."""
        with self._lock:
            self._noted[database] = self._clock()

    def clear(self, database: str) -> None:
        """Note that a database answers."""
        with self._lock:
            self._noted.pop(database, None)

    def patience(self, database: str, *, usual_s: float = ANSWER_S) -> float:
        """Return for how long to wait for a database; 0 is not to ask it now."""
        with self._lock:
            noted = self._noted.get(database)
        if noted is None:
            return usual_s
        return 0.0 if self._clock() - noted < _REST_S else min(usual_s, _DOUBTED_S)


SILENCES: Final = Silences()


class BoundedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that is closed where an answer takes too long; raises OperationalError then.

    ``answer_s`` is how long, to be set where more has to be waited for.
    """

    answer_s: float = ANSWER_S
    _database: str = ""
    _address: str = ""

    @classmethod
    def open(cls, database: str, address: str) -> Self:
        """Connect to the ``address`` of a database, without a transaction of its own."""
        if not SILENCES.patience(database):
            raise psycopg.OperationalError(_SILENT)
        try:
            opened = cls.connect(address, autocommit=True)
        except psycopg.errors.ConnectionTimeout as fault:
            SILENCES.note(database)
            # The frames of psycopg hold the attempt, whose socket would stay open with them.
            raise fault.with_traceback(None) from None
        SILENCES.clear(database)
        opened._database, opened._address = database, address
        return opened

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer as psycopg does, but not for longer than is stated."""
        limit = SILENCES.patience(self._database, usual_s=timeout or self.answer_s)
        if not limit:
            raise psycopg.OperationalError(_SILENT)
        try:
            answer = super().wait(gen, interval, limit)
        except psycopg.errors._WaitTimeout:
            self.close()
            self._ask_again()
            raise psycopg.OperationalError(f"{_SILENT} for {limit:g} s") from None
        SILENCES.clear(self._database)
        return answer

    def _ask_again(self) -> None:
        """Note that the database is silent, unless it was this one answer that took too long."""
        with suppress(psycopg.Error):
            self.open(self._database, self._address).close()
