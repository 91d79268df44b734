"""Whose an open page is: what was drawn for one viewer is gone on with by nobody else."""

from typing import Final

from cachetools import LRUCache

from cop.access.viewer import Rights, Viewer

_MOST: Final = 4_096


class PageOwners:
    """For whom the page of each Streamlit session was drawn last."""

    def __init__(self) -> None:
        """Begin with none; of too many the earliest are forgotten, and begin anew."""
        self._rights: LRUCache[str, Rights] = LRUCache(_MOST)

    def note(self, session_id: str, viewer: Viewer) -> None:
        """Note that the whole page of a session is drawn for a viewer."""
        self._rights[session_id] = viewer.rights

    def is_of(self, session_id: str, viewer: Viewer | None) -> bool:
        """Return whether a session's page was drawn for this viewer, with the rights of now."""
        return viewer is not None and self._rights.get(session_id) == viewer.rights
