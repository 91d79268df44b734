"""The queue of work that takes long: few threads, the newest first, nothing that nobody waits for.

A map that is moved asks for many tiles and soon needs none of them. In the order of coming, who
asked last would wait for all that nobody looks at any more.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from cop.errors import AbandonedError, CrowdedError
from cop.interrupt import CURRENT, Interruptible

T = TypeVar("T")
MOST_WAITING: Final = 2_000
"""Beyond it the oldest are refused: who asked for them waits longer than a browser would."""
LONGEST_S: Final = 30.0
"""As long as the map waits for a tile."""
_LOOK_S: Final = 0.2
"""How often is looked whether who asked is still there."""


class _Work(Interruptible):
    def __init__(self, function: Callable[[], Any]) -> None:
        super().__init__()
        self.function = function
        self.done: Future[Any] = Future()

    def run(self) -> None:
        if not self.done.set_running_or_notify_cancel():
            return
        token = CURRENT.set(self)
        try:
            self.done.set_result(self.function())
        except BaseException as fault:  # noqa: BLE001 raised where it is waited for
            self.done.set_exception(fault)
        finally:
            CURRENT.reset(token)


class WorkQueue:
    """Runs work for requests in threads of its own."""

    def __init__(self, *, threads: int = 4, most_waiting: int = MOST_WAITING) -> None:
        """Work in so many threads, which start with the first work."""
        self._threads, self._most_waiting = threads, most_waiting
        self._waiting: list[_Work] = []
        self._comes = threading.Condition()
        self._started = 0

    async def run(
        self,
        function: Callable[[], T],
        *,
        is_gone: Callable[[], Awaitable[bool]],
        longest_s: float = LONGEST_S,
    ) -> T:
        """Return the result of a function, run before all that was asked for earlier.

        Raise AbandonedError once who asked ``is_gone``, CrowdedError where too much waits or it
        takes too long; what is under way is interrupted.
        """
        work = _Work(function)
        self._add(work)
        result = asyncio.wrap_future(work.done)
        loop = asyncio.get_running_loop()
        until = loop.time() + longest_s
        try:
            while True:
                done, _ = await asyncio.wait([result], timeout=_LOOK_S)
                if done:
                    break
                if await is_gone():
                    raise AbandonedError("who asked is gone")
                if loop.time() > until:
                    raise CrowdedError(f"this took longer than {longest_s:.0f} s: try again later")
        except BaseException:
            result.cancel()
            self._give_up(work)
            raise
        found: T = result.result()
        return found

    @property
    def waiting(self) -> int:
        """How much work waits for a thread."""
        return len(self._waiting)

    def _add(self, work: _Work) -> None:
        with self._comes:
            self._waiting.append(work)
            refused = self._waiting[: -self._most_waiting]
            del self._waiting[: -self._most_waiting]
            if self._started < self._threads:
                self._started += 1
                number = self._started
                threading.Thread(target=self._work, name=f"work {number}", daemon=True).start()
            self._comes.notify()
        for each in refused:
            if each.done.set_running_or_notify_cancel():
                each.done.set_exception(CrowdedError("too many requests wait: try again later"))

    def _give_up(self, work: _Work) -> None:
        work.done.cancel()
        with self._comes:
            if work in self._waiting:
                self._waiting.remove(work)
        self._end(work, asyncio.get_running_loop())

    def _end(self, work: _Work, loop: asyncio.AbstractEventLoop) -> None:
        """End it until it is: DuckDB forgets an interrupt that comes before its query."""
        if not work.done.done():
            work.end()
            loop.call_later(_LOOK_S, self._end, work, loop)

    def _work(self) -> None:
        while True:
            with self._comes:
                while not self._waiting:
                    self._comes.wait()
                work = self._waiting.pop()
            work.run()
