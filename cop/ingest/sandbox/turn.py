"""The turns of the sandbox: so many files are read at once, whoever brings them; others wait."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TICK_S = 0.5


class ReaderTurns:
    """Counts the sandboxes that run in this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self._free = threading.Condition()
        self._running = 0

    @contextmanager
    def take(self, most: int, tell: Callable[[int], None]) -> Iterator[None]:
        """Wait until fewer than ``most`` run, and be one of them; ``tell`` hears how many do."""
        while (running := self._try(most)) is not None:
            tell(running)
        try:
            yield
        finally:
            with self._free:
                self._running -= 1
                self._free.notify()

    def _try(self, most: int) -> int | None:
        """Take a turn, waiting a moment; without one return how many others have one."""
        with self._free:
            if self._running >= most and not self._free.wait_for(
                lambda: self._running < most, _TICK_S
            ):
                return self._running
            self._running += 1
            return None


TURNS = ReaderTurns()
