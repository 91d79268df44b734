"""Errors to HTTP answers: one table of statuses, one shape of body."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from cop.errors import (
    AbandonedError,
    AccessError,
    AlertError,
    AlertMissingError,
    AnnotationError,
    AuditError,
    BatchError,
    CopError,
    CrowdedError,
    DatasetMissingError,
    FilterError,
    ImpactError,
    InputFileError,
    LayerError,
    PaceError,
    PackageError,
    PartnerError,
    ProviderError,
    ReportError,
    RfiError,
    SignatureError,
    StoreError,
    TileError,
    VersionDamagedError,
    VersionError,
)

STATUSES: dict[type[CopError], int] = {
    FilterError: 400,
    TileError: 400,
    LayerError: 404,
    DatasetMissingError: 404,
    VersionError: 404,
    AlertMissingError: 404,
    AbandonedError: 503,
    CrowdedError: 503,
    AccessError: 403,
    AlertError: 422,
    AnnotationError: 422,
    BatchError: 422,
    ImpactError: 422,
    PackageError: 422,
    PartnerError: 422,
    ReportError: 422,
    PaceError: 429,
    RfiError: 422,
    SignatureError: 401,
    VersionDamagedError: 410,
    AuditError: 503,
    ProviderError: 503,
    StoreError: 503,
    InputFileError: 503,
    CopError: 500,
}


def status_of(fault: CopError) -> int:
    """Return the HTTP status of an error: that of its nearest class in the table."""
    return next(STATUSES[kind] for kind in type(fault).__mro__ if kind in STATUSES)


async def render_fault(request: Request, fault: Exception) -> JSONResponse:
    """Answer a CopError as ``{"error": reason}`` with its status, and when to try again."""
    if not isinstance(fault, CopError):
        raise fault
    headers = {"Cache-Control": "no-store"}
    if isinstance(fault, PaceError):
        headers["Retry-After"] = str(fault.wait_s)
    return JSONResponse({"error": str(fault)}, status_code=status_of(fault), headers=headers)
