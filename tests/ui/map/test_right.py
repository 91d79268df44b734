"""What the browser gets of the viewer's rights on the map."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st

from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.map.right import MAP_ACTIONS, build_viewer
from tests.support.signed import signed_context

pytestmark = pytest.mark.access


@pytest.fixture
def service(bare_warehouse: Path) -> Iterator[QueryService]:
    with closing(Warehouse(StoreSettings(data=bare_warehouse))) as warehouse:
        yield QueryService(warehouse, tile_cache_mb=1)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("viewer", []),
        ("analyst", ["annotate"]),
        ("commander", ["annotate", "present"]),
        ("operator", []),
    ],
)
def test_a_role_decides_what_the_map_offers(
    service: QueryService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    may: list[str],
) -> None:
    context = signed_context(service, tmp_path, monkeypatch, role, agency="DPS")
    monkeypatch.setattr(st, "session_state", {CONTEXT: context})
    built = build_viewer()
    assert built["may"] == may
    assert (built["agency"], built["asksName"]) == ("DPS", False)
    codes = [one["code"] for one in built["agencies"]]
    assert codes == sorted(context.access.policy.agencies)
    assert {"code": "DPS", "title": "A state police"} in built["agencies"]


def test_where_the_program_runs_a_script_everything_is_offered() -> None:
    assert build_viewer()["may"] == [*MAP_ACTIONS]
