"""The Upload page without a browser: what it says of a file, and the list of layers."""

import io
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from cop.ingest.layer.history import read_uploaded_layers, suggest_style
from cop.model.upload import Choices, ColumnSeen, Inspection
from cop.model.uploaded import UploadedLayer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from cop.ui.component import overlay
from cop.ui.page.upload import preview, work
from cop.ui.page.upload.finding import build_column_table, build_facts, count
from cop.ui.page.upload.preview import build_preview
from cop.ui.page.upload.reading import reads_alike
from cop.ui.page.upload.work import Incoming, holding
from tests.support.layer import make_features, publish_features
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.layers

EVIL = "<img src=x onerror=alert(1)>"
SEEN = Inspection(
    format="csv",
    kind="table",
    encoding="utf-8",
    rows=1,
    columns=(ColumnSeen(name=EVIL, kind="VARCHAR", filled=1, looks=("time",), time_form="dtg"),),
    suggested=Choices(encoding="utf-8", roles={EVIL: "time"}, columns=(EVIL,)),
)


def press(page: AppTest, label: str) -> AppTest:
    page = next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def test_what_a_file_says_is_text() -> None:
    words = build_facts(SEEN, 1_400)
    assert "&lt;img" in words
    assert "<img" not in words
    assert "csv, 1 kB" in words
    chosen = SEEN.model_copy(update={"crs": "EPSG:4326", "suggested": Choices(crs="EPSG:3857")})
    assert "EPSG:4326; read as EPSG:3857" in build_facts(chosen, 1_400)
    assert build_column_table(SEEN).iloc[0].to_list() == [EVIL, "varchar", 1, "time", ""]
    assert (count(1, "row"), count(2_000, "row")) == ("1 row", "2,000 rows")


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"columns": ()}, True),
        ({"encoding": "cp1252"}, False),
        ({"roles": {EVIL: "id"}}, False),
        ({"crs": "EPSG:3857"}, False),
        ({"day_first": True}, False),
        ({"time_zone": "America/Denver"}, False),
    ],
)
def test_a_file_is_looked_at_again_only_where_it_would_be_read_otherwise(
    changes: dict[str, object], *, alike: bool
) -> None:
    chosen = Choices.model_validate({**SEEN.suggested.model_dump(), **changes})
    assert reads_alike(SEEN, chosen) is alike


def test_a_choice_that_was_taken_back_is_looked_at_again() -> None:
    chosen = SEEN.suggested.model_copy(update={"crs": "EPSG:3857"})
    assert not reads_alike(SEEN.model_copy(update={"suggested": chosen}), Choices())


def test_the_bytes_of_a_dropped_file_are_remembered_by_no_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session: dict[str, Any] = {}
    monkeypatch.setattr(work.st, "session_state", session)
    file = UploadedFile(
        UploadedFileRec(file_id="a", name="../a.csv", type="text/csv", data=b"lat,lon"), FileURLs()
    )
    with holding([file]) as (first,):
        assert (first.name, first.file.read()) == ("a.csv", b"lat,lon")
        first.fault = "no rows"
    with holding([file]) as (again,):
        assert (again, again.file) == (first, file)
    assert again.file.read() == b""
    with holding([]) as none:
        assert none == []
    assert list(session.values()) == [{}]


def test_a_draft_is_drawn_over_the_background_in_the_style_that_is_chosen(
    own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ["tower", "camera", "tower", "camera"]
    step = publish_features(own_warehouse, make_features(kind=kinds), marking="TLP:RED")
    style = suggest_style(StoreSettings(data=own_warehouse), step.layer.id, on="kind")
    assert style.class_column == "kind"
    monkeypatch.setattr(preview, "page_theme", lambda: "dark")
    monkeypatch.setattr(overlay, "choices", lambda: 0)
    warehouse = Warehouse(StoreSettings(data=own_warehouse))
    layer: UploadedLayer = step.layer.model_copy(update={"style": style})
    incoming = Incoming(key="a", name="towers.csv", file=io.BytesIO(), size=1)
    spec = build_preview(incoming, layer, QueryService(warehouse, tile_cache_mb=1))
    warehouse.close()
    assert {view.layer.group for view in spec.layers[:-1]} == {"background"}
    assert spec.layers[-1].layer.id == layer.name
    assert spec.layers[-1].tile_url.startswith(f"/tiles/{layer.name}/")
    assert spec.marking == "TLP:RED"


def test_layers_that_are_there_are_retired_and_brought_back_under_a_name(
    run_page: RunPage, own_warehouse: Path
) -> None:
    step = publish_features(own_warehouse, make_features(), title=EVIL)
    store = StoreSettings(data=own_warehouse)
    page = run_page("Upload", own_warehouse)
    page.selectbox(key="upload-layer").select(step.layer.id).run()
    assert not page.exception
    press(page, "Retire")
    assert "use 1 to 40 characters" in page.error[0].value
    page.text_input(key="save-author").input("Ben")
    press(page, "Retire")
    assert read_uploaded_layers(store)[step.layer.name].state == "retired"
    press(page, "Undo last step")
    held = read_uploaded_layers(store)[step.layer.name]
    assert (held.state, held.changed_by, held.revision) == ("published", "Ben", 3)
    page.selectbox(key=f"upload-back-{step.layer.id}").select(1).run()
    press(page, "Roll back")
    assert read_uploaded_layers(store)[step.layer.name].revision == 4
