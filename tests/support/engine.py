"""One engine for many short-lived warehouses: loading the extensions takes most of a small test."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from cop.settings import StoreSettings
from cop.store import warehouse
from cop.store.catalogue import reader, transaction
from cop.store.catalogue.lake import LAKE
from cop.store.engine import Cursor, DatabaseError, open_engine


class LentEngine:
    """An engine that is lent out: closing it only lets go of the catalogue."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def close(self) -> None:
        """Detach the catalogue, if one was attached."""
        try:
            self._cursor.execute(f"DETACH DATABASE IF EXISTS {LAKE}")
        except DatabaseError:
            self._cursor.execute("ROLLBACK")
            self._cursor.execute(f"DETACH DATABASE IF EXISTS {LAKE}")
        self._cursor.close()


@contextmanager
def lending_engines(settings: StoreSettings, *more: ModuleType) -> Iterator[None]:
    """Let transactions, readers, warehouses and more modules use one engine each meanwhile.

    It has one thread: a second takes as much time again over a few rows.
    """
    settings = settings.model_copy(update={"threads": 1})
    with pytest.MonkeyPatch.context() as patch:
        engines = []
        for module in (transaction, reader, warehouse, *more):
            engine = open_engine(settings)
            engines.append(engine)
            patch.setattr(
                module, "open_engine", lambda *_given, held=engine: LentEngine(held.cursor())
            )
        patch.setattr(warehouse, "harden", lambda *_given: None)
        yield
        for engine in engines:
            engine.close()
