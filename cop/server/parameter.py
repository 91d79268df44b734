"""Query parameters that an address does not take: they are refused, never ignored."""

from collections.abc import Collection

from starlette.requests import Request

from cop.errors import FilterError


def describe_unknown(request: Request, known: Collection[str]) -> str | None:
    """Return the reason for refusing a request with other parameters than these; None if none."""
    for name in request.query_params:
        if name not in known:
            remedy = f"use {', '.join(known)}" if known else "this address takes none"
            return f"parameter {name[:40]!r} is unknown: {remedy}"
    return None


def check_parameters(request: Request, known: Collection[str]) -> None:
    """Raise FilterError that names a parameter which is none of these."""
    reason = describe_unknown(request, known)
    if reason is not None:
        raise FilterError(reason)
