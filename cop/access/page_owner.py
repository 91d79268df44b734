"""Whose an open page is: what was drawn for one viewer is gone on with by nobody else."""

import threading
from typing import Final

from cachetools import LRUCache

from cop.access.viewer import Rights, Viewer

_MOST: Final = 4_096


class PageOwners:
    """For whom the page of each Streamlit session was drawn first: it is theirs to its end."""

    def __init__(self) -> None:
        """Begin with none; of too many the earliest are forgotten, and begin anew."""
        self._rights: LRUCache[str, Rights] = LRUCache(_MOST)
        self._lock = threading.Lock()

    def take(self, session_id: str, viewer: Viewer) -> bool:
        """Return whether a session is this viewer's, with the rights of now; a new one becomes so.

        What a session has was made with the rights of its first run: none of it is for others.
        """
        with self._lock:
            return self._rights.setdefault(session_id, viewer.rights) == viewer.rights

    def is_of(self, session_id: str, viewer: Viewer | None) -> bool:
        """Return whether a session's page was drawn for this viewer, with the rights of now."""
        with self._lock:
            return viewer is not None and self._rights.get(session_id) == viewer.rights
