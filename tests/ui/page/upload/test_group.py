"""A file of several layers on the Upload page: all ticked, published together, none lost unsaid."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.ingest.layer.history import read_uploaded_layers
from cop.model.styling import FillWords
from cop.settings import StoreSettings
from tests.support.placemark import FOLDERS, folder, kml, point
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.layers


def drop(run_page: RunPage, data: Path, text: str, **address: str) -> AppTest:
    page = run_page("Upload", data, **address)
    page.text_input(key="save-author").input("Ana")
    page.file_uploader[0].set_value(("Camps.kml", text.encode(), "text/xml")).run()
    assert not page.exception
    return page


def of(widgets: Any, label: str) -> Any:
    return next(one for one in widgets if one.label.replace("\\", "") == label)


def said(page: AppTest) -> str:
    shown = [*page.caption, *page.warning, *page.error, *page.success, *page.html]
    return "\n".join(str(one.value) for one in shown).replace("\\", "")


@pytest.mark.full
def test_all_layers_are_ticked_and_published_in_one_version(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = drop(run_page, own_warehouse, FOLDERS, layers="events*1")
    boxes = {box.label: (box.value, box.disabled) for box in page.checkbox}
    assert boxes == {
        "Roads": (True, False), "Posts": (True, False), "Areas": (True, False),
        "Nothing": (False, True),
    }  # fmt: skip
    of(page.text_input, "Title of Posts").input("Border posts").run()
    of(page.checkbox, "Areas").uncheck().run()
    before = len(read_uploaded_layers(StoreSettings(data=own_warehouse)))
    of(page.button, "Publish 2 layers").click().run()
    assert not page.exception
    found = read_uploaded_layers(StoreSettings(data=own_warehouse))
    layers = {la.declared.title: la for la in found.values()}
    assert (before, sorted(layers)) == (0, ["Border posts", "Roads"])
    assert {la.state for la in layers.values()} == {"published"}
    words = said(page)
    assert "Published 2 layers in version" in words
    assert "Skipped: Areas: not ticked" in words
    assert "Skipped: Nothing: empty" in words
    assert "1 of 3 rows left out: Rows have no position. " in words
    assert words.count("Show on map") == 2
    (named,) = [page.query_params["layers"]]
    shown = "".join(named).split(",")
    assert shown[0] == "events*1"
    assert {one.partition("*")[0] for one in shown[1:]} == {la.name for la in layers.values()}
    fill = layers["Roads"].style.fill
    assert isinstance(fill, FillWords)
    assert [(one.value, one.paint) for one in fill.classes] == [
        ("main", "#ff0000"), ("track", "#0000ff"),
    ]  # fmt: skip
    assert layers["Border posts"].style.fill == "#00ff00"


@pytest.mark.full
def test_a_far_layer_is_published_only_after_a_tick(run_page: RunPage, own_warehouse: Path) -> None:
    text = kml(folder("Near", point("a")), folder("Far", point("b", "-80.2,25.7")))
    page = drop(run_page, own_warehouse, text)
    assert "Far: This layer is 1," in said(page)
    assert "km from the area of operations" in said(page)
    assert of(page.button, "Publish 2 layers").disabled
    of(page.checkbox, "Publish outside the area").check().run()
    of(page.button, "Publish 2 layers").click().run()
    assert len(read_uploaded_layers(StoreSettings(data=own_warehouse))) == 2
