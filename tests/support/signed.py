"""Pages of somebody who is signed in, without a browser and without a server."""

from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from cop.access.access import Access
from cop.access.identity import SESSION_COOKIE
from cop.context import AppContext
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.room import Room
from tests.support.access import PASSWORD, Recorded
from tests.support.context import make_context


def signed_context(
    service: QueryService,
    folder: Path,
    patch: pytest.MonkeyPatch,
    *roles: str,
    agency: str = "JTF",
    highest: str | None = None,
    login: str = "ana",
    **parts: Any,
) -> AppContext:
    """Return the context of somebody with these roles, whose cookie every page gets."""
    recorded = Recorded()
    access = Access(Room(StoreSettings(data=folder)), sign_in=["local"], record=recorded, **parts)
    access.accounts.add(
        login, PASSWORD, name="Ana", agency=agency, roles=roles, highest=highest, by="t"
    )
    viewer = access.accounts.find_viewer(f"local:{login}")
    assert viewer is not None
    cookies = {SESSION_COOKIE: access.sessions.issue(viewer)}
    patch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    patch.setattr(type(st.context), "headers", property(lambda _: {}))
    return make_context(service, access=access).answering(viewer)
