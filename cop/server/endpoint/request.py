"""What a request asks for: its context, its filter, and the view that answers it."""

import re
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from cop.context import AppContext
from cop.errors import FilterError
from cop.model.filter import Filter
from cop.model.moment import parse_moment
from cop.query.service import QueryService
from cop.query.view import View

SNAPSHOT_PARAMETERS = ("version", "known_at", "since")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


def context_of(request: Request) -> AppContext:
    """Return the context that a request is answered from."""
    context: AppContext = request.state.context
    return context


async def read_view(
    service: QueryService,
    request: Request,
    requested: Filter | None = None,
    *,
    taken: tuple[str, ...] = SNAPSHOT_PARAMETERS,
) -> View:
    """Return the current view, or that of the requested ``version`` or moment ``known_at``.

    ``since`` is the moment from which change tiles count; ``taken`` names those that are read.
    """
    values_by_name = {
        name: request.query_params.getlist(name) if name in taken else []
        for name in SNAPSHOT_PARAMETERS
    }
    for name, values in values_by_name.items():
        if len(values) > 1:
            raise FilterError(f"parameter {name} is given {len(values)} times; give it once")
    version, known_at, since = (values_by_name[name] for name in SNAPSHOT_PARAMETERS)
    if version and not _NUMBER.fullmatch(version[0]):
        raise FilterError(
            f"version={version[0][:40]!r} is not a version number; use a whole number"
        )
    build = partial(
        service.view,
        requested,
        version=int(version[0]) if version else None,
        known_at=parse_moment(known_at[0], name="known_at") if known_at else None,
        since=parse_moment(since[0], name="since") if since else None,
    )
    # A version of the past may have to be read from the catalogue, what is released worked out.
    is_quick = not version and not known_at and service.is_ready
    return build() if is_quick else await run_in_threadpool(build)


def read_filter(request: Request, *, beside: tuple[str, ...] = ()) -> Filter:
    """Read the filter of a request; ``beside`` names parameters that are not part of it."""
    others = (*SNAPSHOT_PARAMETERS, *beside)
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k not in others]
    return Filter.from_pairs(pairs)
