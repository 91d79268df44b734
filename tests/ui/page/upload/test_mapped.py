"""The Upload page without a browser: a file becomes events, its mapping is kept and offered."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cop.ingest.mapping.keep import list_mappings
from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.mapping import BROKEN, PLACES, rescues
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.layers


def of(widgets: Any, label: str) -> Any:
    return next(one for one in widgets if one.label == label)


def press(page: AppTest, label: str) -> None:
    of(page.button, label).click().run()
    assert not page.exception


def drop(page: AppTest, text: str) -> None:
    page.file_uploader[0].set_value(("Rescues.csv", text.encode(), "text/csv")).run()
    assert not page.exception


def events(data: Path) -> int:
    warehouse = Warehouse(StoreSettings(data=data))
    try:
        state = warehouse.snapshot.sources.get("rescues")
        return state.n if state else 0
    finally:
        warehouse.close()


@pytest.mark.full
def test_a_csv_becomes_events_and_its_mapping_is_offered_again(
    run_page: RunPage, own_warehouse: Path
) -> None:
    store = StoreSettings(data=own_warehouse)
    page = run_page("Upload", own_warehouse)
    page.text_input(key="save-author").input("Ana")
    drop(page, rescues(*PLACES, *BROKEN))
    of(page.segmented_control, "Import as").set_value("events").run()
    press(page, "Read rows")
    assert "Still needed" in page.warning[-1].value
    assert "phone" not in "".join(of(page.selectbox, "Kind *").options)
    of(page.selectbox, "Kind *").select("column:what").run()
    assert of(page.button, "Publish events").disabled
    for word in ("heat \u00d7 18", "injury \u00d7 1"):
        of(page.selectbox, word).select("rescue")
    of(page.selectbox, "Unit *").select("every:people")
    of(page.selectbox, "Detected by *").select("every:public-report")
    of(page.selectbox, "Confidence *").select("every:high")
    of(page.text_input, "Publisher *").input("County sheriff")
    of(page.text_input, "Terms *").input("for the table").run()
    said = " ".join(box.value for box in page.success)
    assert "18 of 21 rows can be published as events" in said
    of(page.text_input, "Name").input("county rescues")
    press(page, "Save")
    press(page, "Publish events")
    assert "Loaded: 18 new, 0 corrected, 0 already loaded, 3 rejected" in page.success[-1].value
    assert events(own_warehouse) == 18
    press(page, "Undo load")
    assert events(own_warehouse) == 0
    (mapping,) = list_mappings(store)
    assert (mapping.name, mapping.author, mapping.kind) == ("county rescues", "Ana", "events")
    assert mapping.declared["maps"] == {"kind": {"heat": "rescue", "injury": "rescue"}}
    again = run_page("Upload", own_warehouse)
    again.text_input(key="save-author").input("Ben")
    drop(again, rescues(*PLACES, *PLACES[:2]))
    assert "Same columns as mapping county rescues" in again.info[0].value
    press(again, "Use mapping")
    press(again, "Publish events")
    assert "Loaded: 18 new, 0 corrected, 2 already loaded" in again.success[-1].value
    steps = [(step.who, step.subject, step.action) for step in reversed(list_steps(store))]
    assert steps == [
        ("Ana", "mapping county rescues", "save"),
        ("Ana", "source rescues", "load"),
        ("Ana", "source rescues", "undo"),
        ("Ben", "source rescues", "load"),
    ]
    press(again, "Edit mapping")
    of(again.selectbox, "Marking").select("TLP:CLEAR").run()
    assert "rescues is TLP:AMBER and TLP:CLEAR is lower" in again.warning[-1].value.replace(
        "\\", ""
    )
    of(again.selectbox, "Marking").select("TLP:RED")
    of(again.text_input, "Update interval (days)").input("inf").run()
    assert "an update interval above 0" in again.warning[-1].value.replace("\\", "")
    assert of(again.button, "Publish events").disabled
    other = run_page("Upload", own_warehouse)
    drop(other, rescues(*PLACES))
    of(other.segmented_control, "Import as").set_value("events").run()
    press(other, "Read rows")
    assert of(other.text_input, "Publisher *").value == "County sheriff"
