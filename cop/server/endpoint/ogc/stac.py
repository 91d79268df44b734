"""The STAC catalogue, and the files that it lists: each given to those alone who may have it."""

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from cop.errors import FilterError
from cop.exchange.ogc.link import GEOJSON, JSON, STAC_ROOT, Document
from cop.exchange.ogc.stac import build_catalogue, build_item, build_version
from cop.query.service import QueryService
from cop.query.stored_file import StoredFile, find_file, list_datasets
from cop.query.view import View
from cop.server.endpoint.ogc.answer import answer_content, read_base, render_json
from cop.server.endpoint.request import context_of
from cop.server.endpoint.seen import note_subjects

_NUMBER: Final = re.compile(r"\d{1,15}", re.ASCII)


async def read_stac(request: Request) -> Response:
    """Answer with the root of the catalogue."""
    service = context_of(request).service
    document = build_catalogue(read_base(request, STAC_ROOT), service.warehouse.versions)
    return answer_content(request, render_json(document), JSON)


async def read_stac_version(request: Request) -> Response:
    """Answer with the collection of one version."""
    service, base = context_of(request).service, read_base(request, STAC_ROOT)
    number = _read_number(request)

    def build() -> Document:
        view = service.view(version=number)
        found = list_datasets(service, view).values()
        return build_version(base, number, view.snapshot.catalogue.published_at, found)

    return answer_content(request, render_json(await run_in_threadpool(build)), JSON)


async def read_stac_item(request: Request) -> Response:
    """Answer with the item of a dataset at a version."""
    service, base = context_of(request).service, read_base(request, STAC_ROOT)
    number, dataset = _read_number(request), request.path_params["dataset"]

    def build() -> Document | None:
        view = service.view(version=number)
        found = list_datasets(service, view).get(dataset)
        published_at = view.snapshot.catalogue.published_at
        return None if found is None else build_item(base, number, published_at, found)

    document = await run_in_threadpool(build)
    if document is None:
        raise HTTPException(404, f"version {number} has no files of {dataset[:40]!r} to give")
    return answer_content(request, render_json(document), GEOJSON)


async def read_stac_file(request: Request) -> Response:
    """Answer with a stored file; it is recorded as an export."""
    context = context_of(request)
    service, number = context.service, _read_number(request)
    dataset, name = (request.path_params[part] for part in ("dataset", "name"))
    marking, file = await run_in_threadpool(_find, service, number, dataset, name)
    if file is None or not file.path.is_file():
        raise HTTPException(404, f"version {number} has no such file of {dataset[:40]!r} to give")
    subject = f"files of {dataset}"
    await note_subjects(request, {subject: marking})
    await run_in_threadpool(_record, request, subject, file, number, marking)
    return FileResponse(
        file.path,
        media_type=file.media_type,
        filename=f"{dataset}-{file.name}",
        headers={"Cache-Control": "private, no-cache"},
    )


def _find(
    service: QueryService, number: int, dataset: str, name: str
) -> tuple[str, StoredFile | None]:
    view: View = service.view(version=number)
    found = list_datasets(service, view).get(dataset)
    return "" if found is None else found.marking, find_file(service, view, dataset, name)


def _record(request: Request, subject: str, file: StoredFile, number: int, marking: str) -> None:
    """Record who takes a file; AccessError for who may not export."""
    context = context_of(request)
    viewer = context.viewer
    if viewer is None:
        raise HTTPException(401, "sign in first")
    address = request.client.host if request.client else None
    actor = viewer.as_actor(address, name=viewer.sign(viewer.name))
    detail = {"file": file.name, "version": number, "marking": marking}
    with context.audit.recorded(actor, "export", subject, **detail):
        context.access.policy.check(viewer, "export")


def _read_number(request: Request) -> int:
    text = request.path_params["version"]
    if not _NUMBER.fullmatch(text):
        raise FilterError(f"version={text[:40]!r} is not a version number; use a whole number")
    return int(text)
