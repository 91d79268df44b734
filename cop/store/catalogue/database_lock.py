"""The locks of a warehouse whose catalogue is in a PostgreSQL database."""

from contextlib import suppress
from typing import Final, Self

from psycopg.errors import UndefinedTable

from cop.errors import StoreError
from cop.store.catalogue.lock import PUBLISHING
from cop.store.database import CATALOGUE_LOCK, AdvisoryLock, describe_database

_AGAIN_S = 10.0
"""How long a lock that was lost is waited for, to learn what became of a commit."""
_RAISE: Final = "UPDATE cop.catalogue SET token = token + 1 RETURNING token"
_PREPARE: Final = """
CREATE SCHEMA IF NOT EXISTS cop;
CREATE TABLE IF NOT EXISTS cop.catalogue (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    token bigint NOT NULL DEFAULT 0
);
INSERT INTO cop.catalogue DEFAULT VALUES ON CONFLICT DO NOTHING;
"""


class DatabaseLock(AdvisoryLock):
    """A lock of the PostgreSQL database, for the processes of all machines."""

    def fence(self) -> bool:
        """Return ``is_ours``: nothing is committed under this lock alone."""
        return self.is_ours()


class WriterLock(DatabaseLock):
    """The writer's lock of a database, with a token: a number that each owner raises.

    The database takes no commit with an earlier token, so that a writer who lost the lock without
    knowing publishes nothing over who has it now.
    """

    def __init__(self, database: str, *, timeout_s: float) -> None:
        """Prepare the lock."""
        super().__init__(database, CATALOGUE_LOCK, timeout_s=timeout_s, busy=PUBLISHING)
        self.token = 0
        self._is_lost = False

    def __enter__(self) -> Self:
        """Wait for the lock and raise the token, which waits for a commit that is under way."""
        super().__enter__()
        try:
            self.token, self._is_lost = self._raise_token(), False
        except BaseException:
            self.__exit__()
            raise
        return self

    def is_ours(self) -> bool:
        """Return whether nobody else can have written since the lock was taken."""
        return not self._is_lost and super().is_ours()

    def fence(self) -> bool:
        """Return ``is_ours`` when no commit that began under the lock is under way any more.

        A lock that was lost is taken again: it is as if it had been ours all the time if nobody
        raised the token meanwhile.
        """
        before = self.token
        try:
            if not super().is_ours():
                self.__exit__()
                self._timeout_s = min(self._timeout_s, _AGAIN_S)
                super().__enter__()
            self.token = self._raise_token()
        except StoreError:
            self._is_lost = True
        else:
            self._is_lost = self._is_lost or self.token != before + 1
        return not self._is_lost

    def _raise_token(self) -> int:
        with self._naming():
            for _ in range(2):
                with suppress(UndefinedTable):
                    found = self.connection.execute(_RAISE).fetchone()
                    if found is not None:
                        return int(found[0])
                self.connection.execute(_PREPARE)
        raise StoreError(f"{describe_database(self._database)}: cop.catalogue has no row")
