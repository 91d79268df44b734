"""Work that can be ended while it runs: queries of a piece of work register with it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

from cop.errors import AbandonedError

T = TypeVar("T")


class Interruptible:
    """A piece of work; ``end`` interrupts what it is doing now and whatever it begins later."""

    def __init__(self) -> None:
        """Begin with nothing to interrupt."""
        self.is_ended = False
        self._guard = threading.Lock()
        self._interrupts: set[Callable[[], None]] = set()

    def end(self) -> None:
        """Interrupt it; safe to call from any thread, and more than once."""
        with self._guard:
            self.is_ended = True
            for interrupt in self._interrupts:
                interrupt()

    @contextmanager
    def ending(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Have ``interrupt`` called if the work is ended meanwhile; AbandonedError if it was."""
        with self._guard:
            if self.is_ended:
                raise AbandonedError("nobody waits for this any more")
            self._interrupts.add(interrupt)
        try:
            yield
        finally:
            with self._guard:
                self._interrupts.discard(interrupt)


CURRENT: Final[ContextVar[Interruptible | None]] = ContextVar("current work", default=None)
"""The work of this thread; None where nobody can end it."""


def run_to_end(function: Callable[[], T]) -> T:
    """Return the result of a function that the current work may not end."""
    token = CURRENT.set(None)
    try:
        return function()
    finally:
        CURRENT.reset(token)
