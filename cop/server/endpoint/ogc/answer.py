"""How documents are answered: as JSON or as a page, with an ETag, for the address asked for."""

import hashlib
import json
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from cop.errors import FilterError
from cop.exchange.ogc.link import HTML, JSON, ROOT, Document
from cop.server.shared_key import takes_html

FORM_PARAMETER: Final = "f"
FORMS: Final = ("json", "html")
_HTML_ENCODED: Final = f"{HTML}; charset=utf-8"


def read_base(request: Request, root: str = ROOT) -> str:
    """Return the address of the landing page, as the sender reached it."""
    return f"{str(request.base_url).rstrip('/')}{root}"


def read_once(request: Request, name: str) -> str | None:
    """Return the value of a parameter, None without it; FilterError if it is given again."""
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise FilterError(f"parameter {name} is given {len(values)} times; give it once")
    return values[0] if values else None


def is_page(request: Request) -> bool:
    """Return whether a page is asked for, by the parameter or else by what the sender shows."""
    form = read_once(request, FORM_PARAMETER)
    if form is None:
        return takes_html(request.headers)
    if form not in FORMS:
        raise FilterError(f"f={form[:40]!r}: use {' or '.join(FORMS)}")
    return form == "html"


def answer_document(
    request: Request,
    document: Document,
    render: Callable[[], bytes],
    *,
    kind: str = JSON,
) -> Response:
    """Answer with a document, or with the page that ``render`` returns."""
    if is_page(request):
        return answer_content(request, render(), _HTML_ENCODED)
    return answer_content(request, render_json(document), kind)


def render_json(document: Document) -> bytes:
    """Return a document as JSON."""
    return json.dumps(document, ensure_ascii=False).encode()


def answer_page(request: Request, content: bytes) -> Response:
    """Answer with a page."""
    return answer_content(request, content, _HTML_ENCODED)


def answer_content(
    request: Request, content: bytes, kind: str, headers: dict[str, str] | None = None
) -> Response:
    """Answer with content named by its digest, or 304 where the sender has it already."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    own = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept", **(headers or {})}
    stated = request.headers.get("if-none-match", "")
    if etag in [part.strip().removeprefix("W/") for part in stated.split(",")]:
        return Response(status_code=304, headers=own)
    return Response(content, headers=own, media_type=kind)
