"""Saved mappings of the page: built of the answers, listed, put back."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from cop.errors import MappingError
from cop.ingest.mapping.export import export_mapping, make_mapping
from cop.ingest.mapping.keep import list_mappings, save_mapping
from cop.ingest.mapping.load import build_mapped_profile
from cop.model.mapping import FileReading, build_declared
from cop.model.upload import Choices, ColumnSeen, Inspection
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.upload import saved_mapping, widget
from cop.ui.page.upload.saved_mapping import build_mapping_table, build_saved, use_mapping
from cop.ui.page.upload.work import Incoming
from tests.support.context import make_context
from tests.support.mapping import HEADER, MAPPING
from tests.support.page_run import PATIENCE_SECONDS
from tests.ui.page.upload.conftest import OpenAs

pytestmark = pytest.mark.layers

COLUMNS = HEADER.split(",")
SEEN = Inspection(
    format="csv",
    kind="table",
    layer="one",
    columns=tuple(ColumnSeen(name=name, kind="VARCHAR", filled=1) for name in COLUMNS),
)
CHOICES = Choices(roles={"grid": "position", "when": "time"}, numbered=True, layer="one")


@pytest.fixture
def incoming(monkeypatch: pytest.MonkeyPatch) -> Incoming:
    now = datetime(2026, 11, 27, 12)
    monkeypatch.setattr(saved_mapping, "use_context", lambda: SimpleNamespace(now=lambda: now))
    session: dict[str, Any] = {}
    monkeypatch.setattr(widget.st, "session_state", session)
    return Incoming(key="k", name="a.csv", file=BytesIO(), size=1, mapped_by=CHOICES)


def test_every_answer_is_a_profile(incoming: Incoming) -> None:
    declared = MAPPING["declared"]
    mapping = build_saved(incoming, SEEN, declared, name=" weekly ", author="Ana")
    assert (mapping.name, mapping.kind, mapping.columns) == ("weekly", "events", tuple(COLUMNS))
    assert mapping.reading.choices == Choices(roles=CHOICES.roles)
    words = yaml.safe_load(export_mapping(mapping))
    assert words.pop("name") == "weekly"
    assert build_mapped_profile("weekly", words).reading == mapping.reading
    table = build_mapping_table([mapping])
    assert table.iloc[0].to_list() == [
        "weekly", "events", "county_rescues", ", ".join(COLUMNS), "271200Z NOV 26", "Ana",
    ]  # fmt: skip
    with pytest.raises(MappingError, match="one line"):
        build_saved(incoming, SEEN, declared, name="", author="Ana")


def test_a_saved_mapping_fills_in_every_answer(incoming: Incoming) -> None:
    mapping = build_saved(incoming, SEEN, MAPPING["declared"], name="weekly", author="Ana")
    use_mapping(incoming, SEEN, mapping)
    answers = incoming.answers
    assert (incoming.wants, answers["target"], answers["mapping-name"]) == (
        "rows", "events", "weekly",
    )  # fmt: skip
    assert answers["role-one-position"] == "grid"
    assert answers["columns-one"] == ["case", "what", "people"]
    assert answers["map-events-count"] == "column:people"
    assert answers["source-marking"] == "TLP:GREEN"


def list_mappings_page() -> None:
    from cop.ui.page.upload.saved_mapping import render_mappings

    render_mappings("Ana")


def test_shown_a_mapping_that_is_deleted_on_the_page_is_recorded_or_stays(
    own_warehouse: Path,
) -> None:
    store = StoreSettings(data=own_warehouse)
    mapping = make_mapping(
        {
            "name": "weekly",
            "declared": build_declared(
                MAPPING["declared"], FileReading(header=tuple(COLUMNS)).dump()
            ),
            "author": "Ana",
            "saved_at": datetime(2026, 11, 27, 12),
        },
        file="a.csv",
    )
    save_mapping(store, mapping)
    service = QueryService(Warehouse(store), tile_cache_mb=1)
    context = make_context(service)
    page = AppTest.from_function(list_mappings_page, default_timeout=PATIENCE_SECONDS)
    page.session_state[CONTEXT] = context
    page.run().selectbox(key="upload-mapping").select("weekly").run()
    (own_warehouse / HEAD_FILE).write_text("no head")
    page.button(key="upload-mapping-delete").click().run()
    assert "audit record" in page.error[0].value
    assert len(list_mappings(store)) == 1
    (own_warehouse / HEAD_FILE).unlink()
    page.button(key="upload-mapping-delete").click().run()
    assert list_mappings(store) == ()
    begun, done = context.audit.file.read()
    assert (begun.outcome, done.outcome) == ("begun", "done")
    assert (done.action, done.subject, done.name) == ("delete", "mapping weekly", "Ana")
    service.warehouse.close()
    context.audit.close()


@pytest.mark.access
def test_mappings_are_listed_for_who_may_upload_and_read_their_source(
    own_warehouse: Path, open_as: OpenAs
) -> None:
    declared = build_declared(MAPPING["declared"], FileReading(header=tuple(COLUMNS)).dump())
    red = {"id": "informants", "title": "Informants", "marking": "TLP:RED//REL TO CBP"}
    for name, source in (("open-weekly", {}), ("few-weekly", red)):
        words = {**declared, "source": {**declared["source"], **source}}
        saved = {
            "name": name,
            "declared": words,
            "author": "Cora",
            "saved_at": datetime(2026, 11, 27),
        }
        save_mapping(StoreSettings(data=own_warehouse), make_mapping(saved, file="a.csv"))
    analyst = open_as("analyst", name="Sam")
    assert "Saved mappings (1)" in analyst
    assert "open-weekly" in analyst
    assert "few-weekly" not in analyst and "informants" not in analyst
    few = open_as("analyst", agency="CBP", highest="TLP:RED", name="Cleo")
    assert "Saved mappings (2)" in few and "informants" in few
    assert "open-weekly" not in (viewer := open_as("viewer", name="Vera"))
    assert "Cora" not in viewer
