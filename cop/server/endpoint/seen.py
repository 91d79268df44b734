"""What a request is answered with of restricted layers and sources: recorded before the answer."""

from collections.abc import Callable, Hashable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from cop.access.audit.visitor import name_session
from cop.layerkind.service.shown import list_layer_markings, list_markings, name_part
from cop.model.layer import Layer
from cop.query.view import View
from cop.server.endpoint.request import context_of


async def note_layer(request: Request, view: View, layer: Layer) -> None:
    """Record that the sender sees a layer; AuditError if that cannot be, and it is not shown."""
    part = name_part(view, layer.id)
    await _note(request, part, lambda: list_layer_markings(view, layer))


async def note_sources(request: Request, view: View, *datasets: str) -> None:
    """Record that the sender sees what is made of datasets; AuditError as of a layer."""
    part = name_part(view, datasets)
    await _note(request, part, lambda: list_markings(view, datasets))


async def note_subjects(request: Request, shown: Mapping[str, str]) -> None:
    """Record that the sender sees what is named, each with its marking; AuditError as above."""
    await _note(request, frozenset(shown.items()), lambda: shown)


async def _note(request: Request, part: Hashable, read: Callable[[], Mapping[str, str]]) -> None:
    """Record the markings that ``read`` returns, unless all of ``part`` is recorded already."""
    context = context_of(request)
    viewer, views = context.viewer, context.views
    if viewer is None:
        return
    session = name_session(viewer, request.cookies)
    if views.knows(session, part):
        return
    address = request.client.host if request.client else None
    actor = viewer.as_actor(address, name=viewer.sign(viewer.name))

    def note() -> None:
        views.note(actor, session, part, read(), as_=viewer.view_as)

    await run_in_threadpool(note)
