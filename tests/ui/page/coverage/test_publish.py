"""Publishing a what-if from the page: with a name, once, and not in the past."""

from pathlib import Path

import pytest

from cop.settings import StoreSettings
from cop.store.room.audit import list_steps
from cop.store.warehouse import Warehouse
from tests.support.report import load_sensors, table_of
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.coverage

TRIED = "add:New-1@-110.7,31.34,20,5000"


def test_a_what_if_is_published_with_a_name(
    run_page: RunPage, own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    before = Warehouse(StoreSettings(data=own_warehouse)).snapshot.version
    page = run_page("Coverage", own_warehouse, records="real", whatif=TRIED)
    publish = next(b for b in page.button if b.label == "Publish changes")
    publish.click().run()
    assert any("author" in one.value for one in page.error)
    assert table_of(own_warehouse, "sensors")["sensor_id"].tolist() == ["S-1"]
    next(one for one in page.text_input if one.label == "Your name").input("Ana")
    next(b for b in page.button if b.label == "Publish changes").click().run()
    assert not page.exception
    assert "whatif" not in page.query_params
    assert [one.value for one in page.toast] == [
        f"1 change of sensors published as version {before + 1}."
    ]
    assert set(table_of(own_warehouse, "sensors")["sensor_id"]) == {"S-1", "New-1"}
    (step,) = list_steps(StoreSettings(data=own_warehouse), subject="sensors")
    assert (step.who, step.detail) == ("Ana", TRIED)


def test_nothing_is_published_into_the_past(
    run_page: RunPage, own_warehouse: Path, tmp_path: Path
) -> None:
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-1"})
    known = Warehouse(StoreSettings(data=own_warehouse)).snapshot.catalogue.published_at
    load_sensors(own_warehouse, tmp_path, {"sensor_id": "S-2"})
    page = run_page(
        "Coverage", own_warehouse, records="real", whatif=TRIED, known_at=known.isoformat()
    )
    assert not page.exception
    assert not [b for b in page.button if b.label == "Publish changes"]
    assert any("as known now" in one.value for one in page.caption)
