"""The server: Streamlit and our routes in one process, behind the gate."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from cop.ingest.feed import read_feeds
from cop.model.board import BOARD_SOCKET
from cop.server.alert_watch import AlertWatch
from cop.server.allowlist import RouteAllowlist, build_headers
from cop.server.board import build_hub
from cop.server.compaction import CompactionScheduler
from cop.server.event_endpoint import FEED_PATH, EventEndpoint
from cop.server.host import Names, answers_local, build_addresses
from cop.server.key import read_room_key
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, assets, build_routes
from cop.server.service import Refresher, open_service
from cop.server.shared_key import SharedKeyAuth
from cop.server.streamlit_queue import install_outbox
from cop.settings import ROOT, StoreSettings, UploadSettings, WebSettings
from cop.store.catalogue.recovery import clean_up
from cop.store.room.annotation import Annotations
from cop.store.room.board import Journal

SCRIPT = ROOT / "cop" / "ui" / "app.py"
PAGES = ROOT / "pages"


def build_app(store: StoreSettings, web: WebSettings) -> st.App:
    """Open the warehouse and give the ASGI app over it."""
    assets()
    install_outbox()
    clean_up(store)
    service = open_service(store, web)
    feeds = read_feeds(web.feeds) if web.feeds else ()
    intakes = [EventEndpoint(store, feeds, most_mb=web.feed_mb)] if feeds else []
    refresher = Refresher(service, every_s=web.poll_seconds)
    upkeep = CompactionScheduler(service, every_s=web.compact_seconds)
    watch = AlertWatch(service, every_s=web.alert_seconds)
    hub = build_hub(Journal(store), Annotations(store))

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
        refresher.start()
        upkeep.start()
        watch.start()
        await hub.start()
        yield {}
        await hub.stop()
        watch.stop()
        upkeep.stop()
        refresher.stop()

    pages = page_paths()
    room = (
        SharedKeyAuth(read_room_key(web.room_key_file), pages=pages) if web.room_key_file else None
    )
    index = Path(st.__file__).parent / "static" / "index.html"
    gate = Middleware(
        RouteAllowlist,
        headers=build_headers(index),
        paths=(*OPEN_PATHS, *pages),
        prefixes=OPEN_PREFIXES,
        posted=[FEED_PATH for _ in intakes],
        sockets=[BOARD_SOCKET],
        room=room,
        answers=Names((*web.names, web.host)) if room else answers_local,
    )
    routes = build_routes(hub.route, *(intake.route for intake in intakes))
    return st.App(SCRIPT, routes=routes, middleware=[gate], lifespan=lifespan)


def page_paths() -> tuple[str, ...]:
    """Give the addresses of the pages, /Wall for pages/Wall.py, and the first one's, /."""
    return "/", *(f"/{path.stem}" for path in sorted(PAGES.glob("[!_]*.py")))


def serve(store: StoreSettings, web: WebSettings, *, sealing: str) -> None:
    """Serve until stopped; prints how uploads are sealed, and the addresses to open."""
    app = build_app(store, web)
    print(sealing, file=sys.stderr, flush=True)  # noqa: T201 a word of the start
    for address in build_addresses(web.host, web.port, web.names):
        print(f"cop: the picture is at {address}", flush=True)  # noqa: T201 the address
    if web.room_key_file:
        print(f"cop: to join, type the room key of {web.room_key_file}", flush=True)  # noqa: T201 the same
    app.run(
        config={
            "server.address": web.host,
            "server.port": web.port,
            "server.headless": True,
            "server.maxUploadSize": UploadSettings().upload_mb,
            "browser.gatherUsageStats": False,
            # Its welcome asks a host on the internet for our address where the host is 0.0.0.0.
            "logger.hideWelcomeMessage": True,
        }
    )
