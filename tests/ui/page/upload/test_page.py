"""The Upload page without a browser: what it says of a file, and the list of layers."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from cop.ingest.layer.history import read_uploaded_layers
from cop.model.upload import Choices, ColumnSeen, Inspection
from cop.settings import StoreSettings
from cop.ui.page.upload import work
from cop.ui.page.upload.work import holding
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
