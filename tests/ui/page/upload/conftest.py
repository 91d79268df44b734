"""The page Upload as its browser has it, for people who are signed in."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE
from cop.access.people import LocalAccounts
from cop.context import AppContext
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.people import People
from cop.store.warehouse import Warehouse
from tests.support.access import FAST, PASSWORD
from tests.support.context import make_context
from tests.support.page_run import PageRuns

OpenAs = Callable[..., str]


def sign_in(access: Access, people: People, role: str, *, name: str, **rights: str) -> str:
    """Return the token of a new person's session."""
    accounts = LocalAccounts(people, access.policy, hasher=FAST)
    granted: dict[str, Any] = {**rights, "roles": [role]}
    login = name.lower()
    accounts.add(login, PASSWORD, name=name, by="operator", **granted)
    viewer = accounts.find_viewer(f"local:{login}")
    assert viewer is not None
    return access.sessions.issue(viewer)


@pytest.fixture
def open_as(own_warehouse: Path) -> OpenAs:
    """Open the page for a new person of a role; returns all that the browser gets."""

    def open_page(
        role: str, *, agency: str = "SO-1", highest: str = "TLP:GREEN", name: str, **opened: str
    ) -> str:
        with closing(Warehouse(StoreSettings(data=own_warehouse))) as warehouse:
            service = QueryService(warehouse, tile_cache_mb=1)
            access = Access(warehouse.room, sign_in=["local"])
            rights = {"agency": agency, "highest": highest}
            token = sign_in(access, warehouse.room.people, role, name=name, **rights)
            context: AppContext = make_context(service, access=access)
            with PageRuns() as runs, closing(context.audit):
                state = {key.replace("_", "-"): value for key, value in opened.items()}
                return runs.open(
                    context, "Upload", cookies={SESSION_COOKIE: token}, address={}, opened=state
                ).decode(errors="replace")

    return open_page
