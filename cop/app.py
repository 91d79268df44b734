"""The one place where settings are read and the program is put together from them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from cop.errors import SettingsError, StoreError
from cop.resource import package_path
from cop.settings import (
    AccessSettings,
    ExportSettings,
    MapSettings,
    OidcSettings,
    StoreSettings,
    UploadSettings,
    WallSettings,
    WebSettings,
)

if TYPE_CHECKING:
    from cop.access.oidc import OidcProvider
    from cop.context import AppContext
    from cop.ingest.sandbox.reader import SandboxReader
    from cop.query.service import QueryService
    from cop.server.page import EarlyMap

PAGES = package_path("pages")
SCRIPT = PAGES / "_script.py"
S = TypeVar("S", bound=BaseSettings)


class _Served:
    """The context that this process serves.

    Streamlit runs its script in threads of its own and passes it nothing, and its cache of
    resources can be emptied from a page's menu: so the script finds the context here.
    """

    context: "AppContext | None" = None


SERVED: Final = _Served()


def build_settings(kind: type[S], **stated: Any) -> S:
    """Build settings from the stated options; the rest comes from the environment."""
    try:
        return kind(**{name: value for name, value in stated.items() if value is not None})
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"setting {name}={first['input']!r}: {first['msg']}; it comes from --{name} or "
            f"COP_{name.upper()}"
        ) from fault


@dataclass(frozen=True, kw_only=True)
class AppSettings:
    """The settings of a server, all read before anything is opened."""

    store: StoreSettings
    web: WebSettings
    wall: WallSettings = field(default_factory=lambda: build_settings(WallSettings))
    uploads: UploadSettings = field(default_factory=lambda: build_settings(UploadSettings))
    map: MapSettings = field(default_factory=lambda: build_settings(MapSettings))
    export: ExportSettings = field(default_factory=lambda: build_settings(ExportSettings))
    oidc: OidcSettings = field(default_factory=lambda: build_settings(OidcSettings))
    access: AccessSettings = field(default_factory=lambda: build_settings(AccessSettings))


def build_context(settings: AppSettings) -> "AppContext":
    """Open the warehouse and the basemap, and build what routes and pages work with."""
    from cop.access.access import Access
    from cop.access.audit.log import AuditLog
    from cop.access.audit.recorder import AuditRecorder
    from cop.access.audit.view import ViewRecorder
    from cop.access.policy import read_policy
    from cop.context import AppContext
    from cop.model.display import Display
    from cop.query.refresher import Refresher
    from cop.query.service import QueryService
    from cop.query.serving_builder import ServingBuilder
    from cop.query.verifier import Verifier
    from cop.query.work_queue import WorkQueue
    from cop.server.key import read_room_key
    from cop.store.warehouse import Warehouse
    from cop.tiles.basemap import Basemap

    web, wall = settings.web, settings.wall
    policy = read_policy(settings.access.access)
    key = read_room_key(web.room_key_file) if web.room_key_file else None
    warehouse = Warehouse(settings.store)
    basemap = Basemap(web.basemap) if web.basemap else None
    audit = AuditLog(settings.store)
    return AppContext(
        service=QueryService(warehouse, tile_cache_mb=web.tile_cache_mb, basemap=basemap),
        access=Access(
            warehouse.room,
            policy,
            sign_in=web.sign_in,
            room_key=key,
            provider=_build_provider(settings),
            provider_every_s=settings.oidc.oidc_refresh_seconds,
            idle=timedelta(minutes=settings.access.session_idle_minutes),
            longest=timedelta(hours=settings.access.session_hours),
            record=AuditRecorder(audit),
        ),
        refresher=Refresher(warehouse, every_s=web.poll_seconds),
        verifier=Verifier(warehouse, every_s=web.poll_seconds),
        serving=ServingBuilder(warehouse, every_s=web.serving_seconds),
        work=WorkQueue(threads=4 * (os.cpu_count() or 1)),
        uploads=settings.uploads,
        audit=audit,
        views=ViewRecorder(audit, policy.records_view),
        display=Display(inches=wall.wall_inches, meters=wall.wall_metres),
        paper=settings.export.paper,
        wheel=settings.map.map_wheel,
    )


def _build_provider(settings: AppSettings) -> "OidcProvider | None":
    """Build what speaks with the identity provider; None unless people sign in with one."""
    from cop.access.oidc import OidcProvider
    from cop.access.secret import read_secret

    if "oidc" not in settings.web.sign_in:
        return None
    path = settings.oidc.oidc_client_secret_file
    if path is None:
        raise SettingsError(
            "sign-in by oidc: set COP_OIDC_ISSUER, COP_OIDC_CLIENT_ID and "
            "COP_OIDC_CLIENT_SECRET_FILE (docs/access.md)"
        )
    secret = read_secret(path, what="client secret", remedy="see docs/access.md")
    return OidcProvider(settings.oidc, secret)


@contextmanager
def open_service(store: StoreSettings, *, tile_cache_mb: int = 1) -> "Iterator[QueryService]":
    """Open a warehouse for one command, and close it with the stores of its room."""
    from cop.query.service import QueryService
    from cop.store.warehouse import Warehouse

    warehouse = Warehouse(store)
    try:
        yield QueryService(warehouse, tile_cache_mb=tile_cache_mb)
    finally:
        warehouse.close()


def build_reader(store: StoreSettings) -> "SandboxReader":
    """Build what reads files from outside by a profile: a process in the sandbox parses them."""
    from cop.ingest.sandbox.reader import SandboxReader

    return SandboxReader(settings=build_settings(UploadSettings), memory_mb=store.memory_mb)


def serve(settings: AppSettings) -> None:
    """Serve until stopped."""
    from cop.server.page import Rail
    from cop.server.server import build_server, run_server
    from cop.ui.app import BARE, HOME, MAPS, NEEDS, group_pages, name_page

    context = build_context(settings)
    SERVED.context = context
    pages = page_paths()
    groups = {
        group: [(name_page(name), "/" if name == HOME else f"/{name}") for name in names]
        for group, names in group_pages(path.stem for path in list_pages()).items()
    }
    rail = Rail(
        groups=groups,
        bare=frozenset(f"/{name}" for name in BARE),
        needs={f"/{name}": action for name, action in NEEDS.items()},
    )
    server = build_server(
        context,
        settings.web,
        script=SCRIPT,
        pages=pages,
        first=f"/{HOME}",
        rail=rail,
        early=_build_early(frozenset("/" if name == HOME else f"/{name}" for name in MAPS)),
        modules=_list_modules(),
    )
    run_server(server, settings.web, settings.uploads)


def _build_early(pages: frozenset[str]) -> "EarlyMap":
    """Return what pages that begin with a map load of it before they are drawn."""
    from cop.server.page import EarlyMap
    from cop.ui.component.asset import find_address, register_component
    from cop.ui.map.component import ASSETS, DECK_URL, NAME
    from cop.ui.map.deck import WORKER_URL

    below = find_address(NAME, ASSETS)
    return EarlyMap(
        pages=pages,
        module=f"{below}map.js",
        deck=DECK_URL,
        worker=WORKER_URL,
        register=partial(register_component, NAME, ASSETS),
    )


def _list_modules() -> dict[str, Path]:
    """Return what a browser gets in one file with all that it imports, by address."""
    from cop.ui.component import connection
    from cop.ui.component.asset import find_address
    from cop.ui.map.component import ASSETS, NAME

    names = {NAME: "map.js", connection.NAME: "connection.js"}
    return {f"{find_address(name, ASSETS)}{file}": ASSETS / file for name, file in names.items()}


def served_context() -> "AppContext":
    """Return the context that this process serves; raise StoreError if it serves none."""
    if SERVED.context is None:
        raise StoreError("no warehouse is open: start the program with `python -m cop run`")
    return SERVED.context


def list_pages() -> list[Path]:
    """List the files of the pages, by name."""
    return sorted(PAGES.glob("[!_]*.py"))


def page_paths() -> tuple[str, ...]:
    """Return the addresses of the pages, /Wall for pages/Wall.py, and the first one's, /."""
    return "/", *(f"/{path.stem}" for path in list_pages())
