"""OGC API - Features: landing page, conformance, collections, queryables, features."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cop.exchange.ogc.collection import build_collection, build_collections, build_queryables
from cop.exchange.ogc.feature import render_item, render_page
from cop.exchange.ogc.html import render_collections, render_document
from cop.exchange.ogc.html import render_item as render_item_page
from cop.exchange.ogc.html import render_page as render_items_page
from cop.exchange.ogc.landing import build_conformance, build_landing
from cop.exchange.ogc.link import GEOJSON, HTML, JSON, SCHEMA, Document, build_address, build_link
from cop.layerkind.service.collection import (
    Collection,
    list_collections,
    read_collection,
    select_items,
    widen,
)
from cop.layerkind.service.tile import read_caveats
from cop.model.filter import REPEATABLE, SINGLE
from cop.query.item.crs import ItemCrs, find_crs
from cop.query.item.page import Item, ItemExtent, ItemPage, read_extent, read_item, read_page
from cop.query.item.table import ItemTable
from cop.query.service import QueryService
from cop.query.view import View
from cop.server.endpoint.ogc.answer import (
    FORM_PARAMETER,
    answer_content,
    answer_document,
    answer_page,
    is_page,
    read_base,
    read_once,
)
from cop.server.endpoint.ogc.question import LONGEST_ID, ItemQuestion, read_question
from cop.server.endpoint.request import context_of, read_filter, read_view
from cop.server.endpoint.seen import note_layer
from cop.server.parameter import check_parameters

TITLE: Final = "Common operating picture"
MOMENTS: Final = ("version", "known_at")
"""The parameters by which earlier data are asked for."""
FILTER_NAMES: Final = (*SINGLE, *REPEATABLE)
ITEM_NAMES: Final = (
    *("limit", "after", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang"),
    *("filter-crs", FORM_PARAMETER),
)
"""The parameters of a list of features beside filter and moment; its queryables come to them."""
_RESERVED: Final = (*ITEM_NAMES, *FILTER_NAMES, *MOMENTS)
_CAVEAT_HEADER: Final = "X-Cop-Caveat"
_LONGEST_CAVEAT: Final = 2_000


@dataclass(frozen=True, kw_only=True)
class _Opening:
    """A collection of a view, and the table of its features; None if nothing is there."""

    service: QueryService
    view: View
    collection: Collection
    table: ItemTable | None


async def read_landing(request: Request) -> Response:
    """Answer with the landing page."""
    document = build_landing(read_base(request), TITLE, query=_moment(request))
    return answer_document(request, document, partial(render_document, TITLE, document))


async def read_conformance(request: Request) -> Response:
    """Answer with the conformance classes."""
    document = build_conformance(read_base(request))
    render = partial(render_document, "Conformance classes", document)
    return answer_document(request, document, render)


async def read_collections(request: Request) -> Response:
    """Answer with the collections that the sender may see."""
    service = context_of(request).service
    view = await read_view(service, request)
    base, moment = read_base(request), _moment(request)

    def build() -> Document:
        found = [
            _describe(service, view, one, base, moment)
            for one in list_collections(service, view).values()
        ]
        return build_collections(base, found, query=moment)

    document = await run_in_threadpool(build)
    return answer_document(request, document, partial(render_collections, document, base))


async def read_one_collection(request: Request) -> Response:
    """Answer with one collection."""
    service = context_of(request).service
    view = await read_view(service, request)
    base, moment = read_base(request), _moment(request)
    name = request.path_params["collection"]

    def build() -> Document:
        return _describe(service, view, read_collection(service, view, name), base, moment)

    document = await run_in_threadpool(build)
    render = partial(render_document, document["title"], document)
    return answer_document(request, document, render)


async def read_queryables(request: Request) -> Response:
    """Answer with the properties that a filter of a collection may name."""
    service = context_of(request).service
    view = await read_view(service, request)
    name = request.path_params["collection"]
    read = await run_in_threadpool(_read, service, view, name)
    kinds = {} if read.table is None else read.table.queryables
    document = build_queryables(read_base(request), read.collection, kinds)
    render = partial(render_document, f"Queryables: {read.collection.layer.title}", document)
    return answer_document(request, document, render, kind=SCHEMA)


async def list_items(request: Request) -> Response:
    """Answer with a page of the features of a collection."""
    service = context_of(request).service
    name = request.path_params["collection"]
    await _check_names(service, request, name)
    others = [name for name in request.query_params if name not in FILTER_NAMES]
    requested = read_filter(request, beside=tuple(others))
    view = await read_view(service, request, requested, taken=MOMENTS)
    read = await run_in_threadpool(_read, service, view, name)
    question = _ask(request, read)
    await note_layer(request, view, read.collection.layer)
    page = await run_in_threadpool(_page, read, question)
    links = _page_links(request, read, page)
    if is_page(request):
        return answer_page(request, render_items_page(read.collection, page, links))
    version = view.snapshot.version
    content = await run_in_threadpool(
        partial(render_page, read.collection, page, links=links, version=version)
    )
    return answer_content(request, content, GEOJSON, _headers(read, question.crs))


async def read_one_item(request: Request) -> Response:
    """Answer with one feature by its id."""
    service = context_of(request).service
    view = await read_view(service, request)
    name, item_id = (request.path_params[part] for part in ("collection", "item"))
    crs = find_crs("crs", read_once(request, "crs"))
    read, item = await run_in_threadpool(_find_item, service, view, name, item_id, crs)
    if item is None:
        raise HTTPException(404, f"no feature {item_id[:40]!r} in {read.collection.id}")
    await note_layer(request, read.view, read.collection.layer)
    links = _item_links(request, read.collection, item)
    if is_page(request):
        return answer_page(request, render_item_page(read.collection, item, links))
    content = render_item(read.collection, item, links=links).encode()
    return answer_content(request, content, GEOJSON, _headers(read, crs))


def _describe(
    service: QueryService,
    view: View,
    collection: Collection,
    base: str,
    moment: Sequence[tuple[str, str]],
) -> Document:
    table = select_items(service, view, collection)
    extent = ItemExtent() if table is None else read_extent(service, view, table)
    version = view.snapshot.version
    return build_collection(base, collection, extent, version=version, query=moment)


def _read(service: QueryService, view: View, name: str) -> _Opening:
    collection = read_collection(service, view, name)
    table = select_items(service, view, collection)
    return _Opening(service=service, view=view, collection=collection, table=table)


async def _check_names(service: QueryService, request: Request, name: str) -> None:
    """Refuse a parameter that is neither one of all collections nor a property of this one."""
    if {*request.query_params} <= {*_RESERVED}:
        return
    view = await read_view(service, request, taken=MOMENTS)
    read = await run_in_threadpool(_read, service, view, name)
    own = {} if read.table is None else read.table.queryables
    check_parameters(request, dict.fromkeys((*_RESERVED, *own)))


def _ask(request: Request, read: _Opening) -> ItemQuestion:
    """Return what is asked for; a parameter without its property is refused."""
    kinds = {} if read.table is None else read.table.queryables
    own = [name for name in kinds if name not in _RESERVED]
    check_parameters(request, (*_RESERVED, *own))
    stated = {name: text for name in own if (text := read_once(request, name)) is not None}
    return read_question(request, kinds, stated)


def _page(read: _Opening, question: ItemQuestion) -> ItemPage:
    if read.table is None:
        return ItemPage(items=(), matched=0)
    return read_page(
        read.service,
        read.view,
        read.table,
        question.filter,
        limit=question.limit,
        after=question.after,
        crs=question.crs,
    )


def _find_item(
    service: QueryService, view: View, name: str, item_id: str, crs: ItemCrs
) -> tuple[_Opening, Item | None]:
    """Find a feature among the records that are shown by default, else among the others."""
    read = _read(service, view, name)
    for records in dict.fromkeys((view.records, "real", "synthetic")):
        read = _read(service, widen(view, records), name)
        if read.table is None or len(item_id) > LONGEST_ID:
            continue
        item = read_item(service, read.table, item_id, crs=crs)
        if item is not None:
            return read, item
    return read, None


def _moment(request: Request) -> list[tuple[str, str]]:
    return [(k, v) for k, v in request.query_params.multi_items() if k in MOMENTS]


def _page_links(request: Request, read: _Opening, page: ItemPage) -> list[Document]:
    """Return the links of a page; that to the next one names the version that it was read at."""
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != FORM_PARAMETER]
    shown = is_page(request)
    form = [(FORM_PARAMETER, "html")] if shown else []
    base, name = read_base(request), read.collection.id

    def at(pairs: Sequence[tuple[str, str]]) -> str:
        return build_address(base, "collections", name, "items", query=pairs)

    kinds = (HTML, GEOJSON) if shown else (GEOJSON, HTML)
    other = [*asked, (FORM_PARAMETER, "json" if shown else "html")]
    links = [
        build_link(at([*asked, *form]), "self", kinds[0], "This page"),
        build_link(at(other), "alternate", kinds[1], "This page in the other form"),
        build_link(
            build_address(base, "collections", name, query=_moment(request)),
            "collection",
            JSON,
            read.collection.layer.title,
        ),
    ]
    if page.next_after is not None:
        pinned = _pin(read.view, [pair for pair in asked if pair[0] != "after"])
        next_page = at([*pinned, ("after", page.next_after), *form])
        links.append(build_link(next_page, "next", kinds[0], "Next page"))
    return links


def _pin(view: View, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return parameters that ask for the same records, whatever is published meanwhile."""
    names = {name for name, _ in pairs}
    pinned = [*pairs]
    if names.isdisjoint(MOMENTS):
        pinned.append(("version", str(view.snapshot.version)))
    if "records" not in names:
        pinned.append(("records", view.records))
    return pinned


def _item_links(request: Request, collection: Collection, item: Item) -> list[Document]:
    base, moment = read_base(request), _moment(request)
    own = build_address(base, "collections", collection.id, "items", item.id, query=moment)
    page = [*moment, (FORM_PARAMETER, "html")]
    return [
        build_link(own, "self", GEOJSON, "This feature"),
        build_link(
            build_address(base, "collections", collection.id, "items", item.id, query=page),
            "alternate",
            HTML,
            "This feature as a page",
        ),
        build_link(
            build_address(base, "collections", collection.id, query=moment),
            "collection",
            JSON,
            collection.layer.title,
        ),
    ]


def _headers(read: _Opening, crs: ItemCrs) -> dict[str, str]:
    caveats = read_caveats(read.view, read.collection.layer)
    words = "; ".join(caveat.text for caveat in caveats)[:_LONGEST_CAVEAT]
    return {"Content-Crs": f"<{crs.uri}>", **({_CAVEAT_HEADER: words} if words else {})}
