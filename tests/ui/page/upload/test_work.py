"""Runs of the Upload page that come in each other's way: a press, a look cut short."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from cop.ingest.layer.history import read_uploaded_layers
from cop.ingest.upload.read import inspect_file
from cop.model.upload import Inspection
from cop.settings import StoreSettings
from cop.ui.page.upload import work
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.layers

POSTS = "ref,lat,lon\n" + "".join(f"p{n},31.4{n},-110.6{n}\n" for n in range(5))


def drop(page: AppTest) -> None:
    page.file_uploader[0].set_value(("Posts.csv", POSTS.encode(), "text/csv")).run()
    assert not page.exception


def of(widgets: Any, label: str) -> Any:
    return next(one for one in widgets if one.label == label)


@pytest.mark.full
def test_a_press_is_kept_while_the_file_is_looked_at_otherwise(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = run_page("Upload", own_warehouse)
    page.text_input(key="save-author").input("Ana")
    drop(page)
    of(page.selectbox, "Id").select("ref")
    of(page.button, "Create draft").click().run()
    assert not page.exception
    (layer,) = read_uploaded_layers(StoreSettings(data=own_warehouse)).values()
    assert (layer.state, layer.content.points) == ("draft", 5)
    assert of(page.button, "Recreate draft").disabled
    of(page.selectbox, "Id").select("none").run()
    assert not of(page.button, "Recreate draft").disabled
    assert not page.exception
    assert len(read_uploaded_layers(StoreSettings(data=own_warehouse))) == 1


def test_a_press_that_can_no_longer_be_answered_is_forgotten(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = run_page("Upload", own_warehouse)
    drop(page)
    of(page.button, "Create draft").click().run()
    assert "use 1 to 40 characters" in page.error[0].value
    page.text_input(key="save-author").input("Ana").run()
    assert not page.error
    assert read_uploaded_layers(StoreSettings(data=own_warehouse)) == {}


def test_a_look_that_is_cut_short_is_taken_again(
    run_page: RunPage, own_warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = [StopException()]

    def inspect(*args: Any, **named: Any) -> Inspection:
        if ends:
            raise ends.pop()
        return inspect_file(*args, **named)

    monkeypatch.setattr(work, "inspect_file", inspect)
    page = run_page("Upload", own_warehouse)
    drop(page)
    assert not any(button.label == "Create draft" for button in page.button)
    page.run()
    assert of(page.selectbox, "Position columns").value == "Latitude and longitude"
