"""The server: Streamlit and the program's routes in one process, behind the allow-list."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

# Its modules import each other in a circle: two pages that import them first at once would fail.
import matplotlib.backends.backend_agg  # noqa: F401
import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route

from cop.access.policy_file import Action
from cop.context import AppContext
from cop.ingest.feed import read_feeds
from cop.ingest.sandbox.sandbox import describe_sandbox
from cop.model.board import BOARD_SOCKET
from cop.server.alert_watch import AlertWatch
from cop.server.allowlist import RouteAllowlist, build_headers
from cop.server.announcement import announce
from cop.server.board import Hub
from cop.server.compaction import CompactionScheduler
from cop.server.daily_brief import BriefScheduler
from cop.server.endpoint.asset import assets
from cop.server.endpoint.session import find_viewer
from cop.server.event_endpoint import FEED_PATH, EventEndpoint
from cop.server.exchange_endpoint import EXCHANGE_ROUTES, ExchangeEndpoint
from cop.server.gate import AccessGate
from cop.server.host import Names, answers_local
from cop.server.joined_module import JoinedModules
from cop.server.oidc import ProviderWatch
from cop.server.packed_file import PackedFiles
from cop.server.page import EarlyMap, Rail, build_page_routes
from cop.server.page_news import PageNews
from cop.server.page_socket import PageSocket
from cop.server.proxy import ProxyHeaders
from cop.server.report_endpoint import REPORT_PATH, REPORT_ROUTES, ReportEndpoint
from cop.server.report_page import HEADERS as REPORT_HEADERS
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, build_routes, open_first_page
from cop.server.socket_protocol import install_socket_protocol
from cop.server.streamlit_options import read_options
from cop.server.streamlit_queue import install_queue_patch
from cop.server.streamlit_requests import install_requests_patch
from cop.server.upload_budget import UploadBudget
from cop.server.upload_store import UploadStore
from cop.settings import UploadSettings, WebSettings
from cop.store.leader import Leadership


def build_server(
    context: AppContext,
    web: WebSettings,
    *,
    script: Path,
    pages: Sequence[str],
    first: str,
    rail: Rail,
    early: EarlyMap | None = None,
    modules: Mapping[str, Path] | None = None,
) -> st.App:
    """Build the ASGI app: Streamlit with ``script`` at the paths ``pages``, and the routes.

    ``first`` is the page that is shown at /; ``rail`` stands beside the pages, ``early`` is what
    the map's pages load first. ``modules`` are answered with all that they import.
    """
    assets()
    install_queue_patch()
    install_requests_patch()
    install_socket_protocol()
    service = context.service
    feeds = read_feeds(web.feeds) if web.feeds else ()
    endpoints = (
        [EventEndpoint(service.warehouse, feeds, context.audit, most_mb=web.feed_mb)]
        if feeds
        else []
    )
    leadership = Leadership(service.warehouse.settings)
    compaction = CompactionScheduler(service, every_s=web.compact_seconds, leads=leadership.leads)
    watch = AlertWatch(
        service,
        every_s=web.alert_seconds,
        list_releases=lambda: (*context.access.list_releases(), *context.partner_releases.list()),
        leads=leadership.leads,
    )
    briefs = BriefScheduler(
        service,
        context.partner_releases,
        context.access.policy,
        context.audit,
        every_s=web.brief_seconds,
        now=context.now,
        paper=context.paper,
        leads=leadership.leads,
    )
    hub = Hub(service, context.access.policy, context.audit)
    provider = ProviderWatch(
        context.access.provider_sessions,
        lambda: context.access.sessions,
        every_s=context.access.provider_every_s,
        leads=leadership.leads,
    )

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
        context.refresher.start()
        context.verifier.start()
        context.serving.start()
        leadership.start()
        compaction.start()
        watch.start()
        briefs.start()
        provider.start()
        await hub.start()
        announcing = asyncio.create_task(announce(web))
        yield {}
        announcing.cancel()
        await hub.stop()
        provider.stop()
        briefs.stop()
        watch.stop()
        compaction.stop()
        leadership.stop()
        context.serving.stop()
        context.verifier.stop()
        context.refresher.stop()
        context.room.close()
        context.audit.close()

    access = context.access
    gate = AccessGate(
        access,
        pages=[*pages, REPORT_PATH],
        posted=[FEED_PATH],
        signed=EXCHANGE_ROUTES,
        is_secure=web.secure_cookie,
        requests_per_s=web.person_requests,
    )
    index = Path(st.__file__).parent / "static" / "index.html"
    allowlist = Middleware(
        RouteAllowlist,
        headers=build_headers(index, is_secure=web.secure_cookie),
        paths=(*OPEN_PATHS, *pages, REPORT_PATH),
        prefixes=(*OPEN_PREFIXES, f"{REPORT_PATH}/"),
        posted=[FEED_PATH for _ in endpoints],
        others={**EXCHANGE_ROUTES, **REPORT_ROUTES},
        own_headers={REPORT_PATH: REPORT_HEADERS},
        sockets=[BOARD_SOCKET],
        gate=gate,
        is_secure=web.secure_cookie,
        answers=answers_local if access.is_open else Names((*web.names, web.host)),
    )

    def find_rights(request: Request) -> frozenset[Action]:
        viewer = find_viewer(request)
        return frozenset() if viewer is None else access.policy.rights(viewer.roles)

    own = (
        hub.route,
        Route(first, open_first_page),
        *build_page_routes(
            index,
            rail,
            [page for page in pages if page != first],
            has_session=not access.is_open,
            find_rights=find_rights,
            early=early,
        ),
        *(endpoint.route for endpoint in endpoints),
        *ExchangeEndpoint(context, most_mb=web.package_mb).routes,
        *ReportEndpoint(context).routes,
    )
    routes = build_routes(context, *own)
    budget = Middleware(
        UploadBudget,
        session_mb=max(context.uploads.upload_session_mb, context.uploads.upload_mb),
        all_mb=max(context.uploads.upload_waiting_mb, context.uploads.upload_mb),
    )
    store = Middleware(UploadStore, most_mb=context.uploads.upload_mb)
    proxies = Middleware(ProxyHeaders, trusted=web.trusted_proxies)
    middleware = [
        proxies,
        allowlist,
        Middleware(PackedFiles),
        Middleware(JoinedModules, modules=modules or {}),
        Middleware(PageSocket, owners=context.page_owners),
        Middleware(PageNews, watches=context.page_watches),
        budget,
        store,
    ]
    return st.App(script, routes=routes, middleware=middleware, lifespan=lifespan)


def run_server(app: st.App, web: WebSettings, uploads: UploadSettings) -> None:
    """Serve until stopped; print how uploads are sandboxed."""
    print(describe_sandbox(uploads), file=sys.stderr, flush=True)  # noqa: T201 message at start
    app.run(
        config=read_options()
        | {
            "server.address": web.host,
            "server.port": web.port,
            "server.maxUploadSize": uploads.upload_mb,
            # Its welcome asks a host on the internet for our address where the host is 0.0.0.0.
            "logger.hideWelcomeMessage": True,
        }
    )
