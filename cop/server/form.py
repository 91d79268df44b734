"""Forms of our own plain pages: where they may come from, what they hold, where they lead."""

from collections.abc import Collection
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

LONGEST_FORM = 16_384
LONGEST_ADDRESS = 4_096
FORM_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # Under no-referrer a browser posts the form with `Origin: null`.
    "Referrer-Policy": "same-origin",
}
"""Headers of pages with a form, instead of the usual ones."""
_MOST_FIELDS = 4
_FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str] | Response:
    """Return the first value of each field, or the answer that refuses what was posted."""
    misplaced = _misplaced(request)
    if misplaced is not None:
        return misplaced
    body = await _read(request)
    if body is None:
        return plain(
            413, f"the form is too long: at most {LONGEST_FORM} bytes", {"Connection": "close"}
        )
    try:
        fields = parse_qs(body.decode("ascii"), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return plain(400, "the form is not valid: open / in a browser and fill it in again")
    return {name: values[0] for name, values in fields.items()}


def settle_address(address: str, pages: Collection[str]) -> str:
    """Return the address, with its query, of one of the pages; / for anything else."""
    path, _, query = address.partition("?")
    if path not in pages:
        return "/"
    return address if query and len(address) <= LONGEST_ADDRESS else path


def lead(address: str) -> Response:
    """Answer with the address to open next."""
    return RedirectResponse(address, status_code=303)


def plain(status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
    """Answer with a reason in one line."""
    return PlainTextResponse(reason, status, headers=headers)


def _misplaced(request: Request) -> Response | None:
    origin = request.headers.get("origin", "").partition("//")[2]
    if not origin or origin != request.headers.get("host"):
        return plain(403, "the form is accepted only from this server's own page")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if kind == _FORM else plain(415, f"send the form as {_FORM}")


async def _read(request: Request) -> bytes | None:
    """Return the body; None if it is too long or the client disconnected."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_FORM:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
