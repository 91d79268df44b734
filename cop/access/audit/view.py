"""Views of what is restricted: each session's first look at a layer or a source is recorded.

What cannot be recorded is not shown. A session that was seen to have looked at something is asked
one question of a dictionary; nothing is written for it again.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Final

from cachetools import TTLCache

from cop.access.audit.log import AuditLog
from cop.model.audit import Actor

VIEW: Final = "view"
_REMEMBERED_S: Final = 12 * 3_600
"""As long as a session lasts at most; without sessions, how often a view is recorded anew."""
_MOST_REMEMBERED: Final = 100_000


class ViewRecorder:
    """Records views; safe to use from many threads."""

    def __init__(
        self,
        log: AuditLog,
        is_restricted: Callable[[str], bool],
        *,
        remembered_s: float = _REMEMBERED_S,
    ) -> None:
        """Record in ``log`` what carries a marking that ``is_restricted``."""
        self._log, self._is_restricted = log, is_restricted
        self._parts: TTLCache[Hashable, bool] = TTLCache(_MOST_REMEMBERED, remembered_s)
        self._seen: TTLCache[Hashable, bool] = TTLCache(_MOST_REMEMBERED, remembered_s)
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def knows(self, session: str, part: Hashable) -> bool:
        """Return whether all of a part is recorded for a session already."""
        with self._lock:
            return (session, part) in self._parts

    def note(
        self, actor: Actor, session: str, part: Hashable, shown: Mapping[str, str], *, as_: str = ""
    ) -> None:
        """Record what is restricted of ``shown`` (markings by subject) and new to a session.

        ``part`` names all of it from now on, ``as_`` the agency that the viewer looks as. Raise
        AuditError if that cannot be written: then it may not be shown.
        """
        restricted = {one: mark for one, mark in shown.items() if self._is_restricted(mark)}
        # In turn: of a map's tiles, asked for at once, the first writes and the others wait.
        with self._turn:
            for subject, marking in restricted.items():
                if (session, subject, marking) not in self._seen:
                    more = {"view_as": as_} if as_ else {}
                    self._log.append(actor, VIEW, subject, detail={"marking": marking, **more})
                    self._seen[session, subject, marking] = True
        with self._lock:
            self._parts[session, part] = True
