"""Who acts in a browser: the viewer that the gate knows, under the name that signs."""

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
