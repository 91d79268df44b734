"""Limit on wrong keys: ten a minute for all callers together, so that a key cannot be guessed."""

import time
from collections import deque
from collections.abc import Callable

MOST_WRONG = 10
WRONG_SECONDS = 60.0


class RateLimiter:
    """The digests of the last wrong keys, at most ten."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Use ``clock``, in seconds."""
        self._clock = clock
        self._wrong: deque[tuple[float, bytes]] = deque(maxlen=MOST_WRONG)

    def wait_s(self) -> int:
        """Return the whole seconds until another key is checked; 0 is now."""
        now = self._clock()
        while self._wrong and self._wrong[0][0] + WRONG_SECONDS <= now:
            self._wrong.popleft()
        if len(self._wrong) < MOST_WRONG:
            return 0
        return int(self._wrong[0][0] + WRONG_SECONDS - now) + 1

    def note(self, digest: bytes) -> None:
        """Record the digest of a wrong key."""
        self._wrong.append((self._clock(), digest))

    def knows(self, digest: bytes) -> bool:
        """Return whether that wrong key was recorded just now."""
        return any(digest == wrong for _, wrong in self._wrong)
