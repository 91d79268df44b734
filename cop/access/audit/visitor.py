"""Who acts in a browser: the viewer that the gate knows, under the name that signs."""

import hashlib
from collections.abc import Mapping

from cop.access.identity import SESSION_COOKIE
from cop.access.viewer import Viewer
from cop.model.audit import Actor


def name_visitor(viewer: Viewer, name: str, address: str | None) -> Actor:
    """Return the actor of a browser; ``name`` is as typed there, where nobody is signed in."""
    return Actor(
        who=viewer.id,
        name=name,
        agency=viewer.agency,
        roles=tuple(sorted(viewer.roles)),
        origin=viewer.origin,
        address=address or "",
    )


def name_session(viewer: Viewer, cookies: Mapping[str, str]) -> str:
    """Return what one stretch of work of a viewer in a browser is known by, never the token."""
    token = cookies.get(SESSION_COOKIE)
    if token is None:
        return viewer.id
    return f"{viewer.id} {hashlib.sha256(token.encode(errors='replace')).hexdigest()}"
