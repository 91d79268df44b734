"""What open pages look for by themselves: a part that has nothing new to show is not run."""

import threading
from collections.abc import Callable
from typing import Final

from cachetools import LRUCache

from cop.errors import CopError
from cop.query.news_turn import NewsTurns

HasNews = Callable[[], bool]
_MOST_PAGES: Final = 4_096
_MOST_PARTS: Final = 16


class PageWatches:
    """The parts of each open page that ask to be run at intervals, and how each looks for news."""

    def __init__(self, turns: NewsTurns | None = None) -> None:
        """Begin with none; the pages that looked longest ago are forgotten where there are many.

        Where many have news, they take ``turns``.
        """
        self.turns = turns or NewsTurns()
        self._begun: LRUCache[str, None] = LRUCache(_MOST_PAGES)
        self._pages: LRUCache[str, LRUCache[str, HasNews]] = LRUCache(_MOST_PAGES)
        self._lock = threading.Lock()

    def note(self, session_id: str, part: str, has_news: HasNews) -> None:
        """Have a part of a session's page run only where ``has_news``; any thread may ask that."""
        with self._lock:
            parts = self._pages.setdefault(session_id, LRUCache(_MOST_PARTS))
            parts[part] = has_news

    def has_news(self, session_id: str, part: str) -> bool:
        """Return whether a part is to be run now: also where it is not known, or cannot be asked.

        A page that has news waits for its turn.
        """
        with self._lock:
            parts = self._pages.get(session_id)
            ask = None if parts is None else parts.get(part)
        try:
            if ask is None:
                return True
            if not ask():
                return False
        except CopError:
            return True
        if not self.turns.take(session_id):
            return False
        with self._lock:
            self._begun[session_id] = None
        return True

    def may_follow(self, session_id: str) -> bool:
        """Return whether a page may be drawn anew: its turn was given as it looked, or is free."""
        with self._lock:
            if session_id in self._begun:
                del self._begun[session_id]
                return True
        return self.turns.take(session_id)

    def forget(self, session_id: str) -> None:
        """Forget the page of a session that has ended; one that goes on is noted anew."""
        self.turns.leave(session_id)
        with self._lock:
            self._begun.pop(session_id, None)
            self._pages.pop(session_id, None)
