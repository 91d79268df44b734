"""What one stretch of work of a viewer in a browser is known by."""

import hashlib
from collections.abc import Mapping

from cop.access.identity import SESSION_COOKIE
from cop.access.viewer import Viewer


def name_session(viewer: Viewer, cookies: Mapping[str, str]) -> str:
    """Return what one stretch of work of a viewer in a browser is known by, never the token."""
    token = cookies.get(SESSION_COOKIE)
    if token is None:
        return viewer.id
    return f"{viewer.id} {hashlib.sha256(token.encode(errors='replace')).hexdigest()}"
