"""The server: Streamlit and our routes in one process, behind the gate."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from cop.context import AppContext
from cop.ingest.feed import read_feeds
from cop.ingest.upload.sandbox import describe_sealing
from cop.model.board import BOARD_SOCKET
from cop.server.alert_watch import AlertWatch
from cop.server.allowlist import RouteAllowlist, build_headers
from cop.server.board import build_hub
from cop.server.compaction import CompactionScheduler
from cop.server.event_endpoint import FEED_PATH, EventEndpoint
from cop.server.host import Names, answers_local, build_addresses
from cop.server.key import read_room_key
from cop.server.route import OPEN_PATHS, OPEN_PREFIXES, assets, build_routes
from cop.server.shared_key import SharedKeyAuth
from cop.server.streamlit_options import read_options
from cop.server.streamlit_queue import install_queue_patch
from cop.settings import UploadSettings, WebSettings


def build_server(
    context: AppContext, web: WebSettings, *, script: Path, pages: Sequence[str]
) -> st.App:
    """Build the ASGI app: Streamlit with ``script`` at the addresses ``pages``, and our routes."""
    assets()
    install_queue_patch()
    service = context.service
    feeds = read_feeds(web.feeds) if web.feeds else ()
    intakes = [EventEndpoint(service.warehouse, feeds, most_mb=web.feed_mb)] if feeds else []
    upkeep = CompactionScheduler(service, every_s=web.compact_seconds)
    watch = AlertWatch(service, every_s=web.alert_seconds)
    hub = build_hub(service)

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
        context.refresher.start()
        upkeep.start()
        watch.start()
        await hub.start()
        yield {}
        await hub.stop()
        watch.stop()
        upkeep.stop()
        context.refresher.stop()
        context.room.close()

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
    routes = build_routes(context, hub.route, *(intake.route for intake in intakes))
    return st.App(script, routes=routes, middleware=[gate], lifespan=lifespan)


def run_server(app: st.App, web: WebSettings, uploads: UploadSettings) -> None:
    """Serve until stopped; prints how uploads are sealed, and the addresses to open."""
    print(describe_sealing(uploads), file=sys.stderr, flush=True)  # noqa: T201 a word of the start
    for address in build_addresses(web.host, web.port, web.names):
        print(f"cop: the picture is at {address}", flush=True)  # noqa: T201 the address
    if web.room_key_file:
        print(f"cop: to join, type the room key of {web.room_key_file}", flush=True)  # noqa: T201 the same
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
