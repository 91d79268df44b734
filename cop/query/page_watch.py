"""What open pages look for by themselves: a part that has nothing new to show is not run."""

import threading
from collections.abc import Callable
from typing import Final

from cachetools import LRUCache

from cop.errors import CopError

HasNews = Callable[[], bool]
_MOST_PAGES: Final = 4_096
_MOST_PARTS: Final = 16


class PageWatches:
    """The parts of each open page that ask to be run at intervals, and how each looks for news."""

    def __init__(self) -> None:
        """Begin with none; the pages that looked longest ago are forgotten where there are many."""
        self._pages: LRUCache[str, LRUCache[str, HasNews]] = LRUCache(_MOST_PAGES)
        self._lock = threading.Lock()

    def note(self, session_id: str, part: str, has_news: HasNews) -> None:
        """Have a part of a session's page run only where ``has_news``; any thread may ask that."""
        with self._lock:
            parts = self._pages.setdefault(session_id, LRUCache(_MOST_PARTS))
            parts[part] = has_news

    def has_news(self, session_id: str, part: str) -> bool:
        """Return whether a part is to be run: also where it is not known, or cannot be asked."""
        with self._lock:
            parts = self._pages.get(session_id)
            ask = None if parts is None else parts.get(part)
        try:
            return ask is None or ask()
        except CopError:
            return True

    def forget(self, session_id: str) -> None:
        """Forget the page of a session that has ended; one that goes on is noted anew."""
        with self._lock:
            self._pages.pop(session_id, None)
