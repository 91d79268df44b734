"""Who the sender of a request is: for a page that must notice when its session is over."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cop.access.viewer import Viewer
from cop.server.endpoint.request import context_of


async def read_session(request: Request) -> Response:
    """Answer with the viewer; the gate answers 401 where there is none."""
    viewer = find_viewer(request)
    return JSONResponse(
        {
            "name": viewer.name,
            "agency": viewer.agency,
            "roles": sorted(viewer.roles),
            "highest": viewer.highest,
            "origin": viewer.origin,
            "verified": viewer.verified,
        }
    )


def find_viewer(request: Request) -> Viewer:
    """Return the viewer that the gate put into a request's state."""
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    return context_of(request).access.policy.operator() if viewer is None else viewer


def is_unknown(request: Request) -> bool:
    """Return whether the gate let a request on without knowing who sent it."""
    return getattr(request.state, "viewer", request) is None
