"""The pace of one sender: so many messages a second on average, and some at once."""

import asyncio
import time
from collections.abc import Callable


class Pace:
    """A bucket of messages that fills with time; an empty one makes its sender wait.

    The wait is passed on by TCP: what is not read is not sent, and takes no memory here.
    """

    def __init__(
        self, per_s: float, *, at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Let ``per_s`` messages through each second, and ``at_once`` after a rest."""
        self._per_s, self._most, self._clock = per_s, float(at_once), clock
        self._left, self._at = self._most, clock()

    def take(self) -> float:
        """Count one message; return the seconds until it may be read."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._per_s) - 1.0
        self._at = now
        return max(0.0, -self._left / self._per_s)

    async def wait(self) -> None:
        """Count one message and wait until it may be read."""
        seconds = self.take()
        if seconds > 0:
            await asyncio.sleep(seconds)
