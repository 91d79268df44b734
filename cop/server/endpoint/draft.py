"""The private draft of a session, for who has its token."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cop.ingest.layer.shelf import DRAFT_HEADER
from cop.server.endpoint.request import context_of

GEOJSON = "application/geo+json"


async def read_private_draft(request: Request) -> Response:
    """Answer with the features of the draft whose token is in the header; no address has it."""
    features = context_of(request).drafts.find(request.headers.get(DRAFT_HEADER, ""))
    if features is None:
        raise HTTPException(404, "no such draft: drop the file on the Picture again")
    return Response(features, media_type=GEOJSON, headers={"Cache-Control": "no-store"})
