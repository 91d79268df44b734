"""Who the sender of a request is: for a page that must notice when its session is over."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop.access.viewer import Viewer
from cop.server.endpoint.request import context_of


async def read_session(request: Request) -> Response:
    """Answer with the viewer."""
    viewer = context_of(request).viewer
    if viewer is None:
        raise HTTPException(401, "sign in first")
    return JSONResponse(
        {
            "id": viewer.id,
            "name": viewer.name,
            "agency": viewer.agency,
            "roles": sorted(viewer.roles),
            "highest": viewer.highest,
            "origin": viewer.origin,
            "verified": viewer.verified,
        }
    )


def find_viewer(request: Request) -> Viewer | None:
    """Return the viewer that the gate put into a request's state; None where it knows nobody."""
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    return viewer
