"""The Partners page without a browser: rules, what they give, and switching them on."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.partner import Partner
from cop.settings import StoreSettings
from cop.store.room.room import Room
from tests.support.partner import make_node, open_office
from tests.support.record import make_frame
from tests.support.warehouse import copy_warehouse
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange
WHEN = datetime(2026, 11, 10, 12)


@pytest.fixture
def data(bare_warehouse: Path, tmp_path: Path) -> Path:
    """A server with events of two kinds, and a partner that gets nothing."""
    office = open_office(bare_warehouse, tmp_path, "JTF")
    # The policy leaves out fewer than five of a month, county and kind up to TLP:GREEN.
    kinds = ["crossing"] * 6 + ["rescue"] * 5 + ["seizure"] * 4
    ids = [f"r{i}" for i in range(15)]
    office.publish(make_frame(15, source_id=ids, kind=kinds, marking="TLP:GREEN", occurred_at=WHEN))
    office.room.partners.add(make_node(tmp_path, "DPS").card)
    office.close()
    return office.settings.data


def partner(data: Path) -> Partner:
    return Room(StoreSettings(data=data)).partners.get("DPS")


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def labels(page: AppTest) -> set[str]:
    return {button.label for button in page.button}


def shown(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_rules_are_switched_on_once_they_were_seen(run_page: RunPage, data: Path) -> None:
    page = run_page("Partners", data)
    assert not page.exception
    assert page.dataframe[0].value["Gets"].tolist() == ["nothing"]
    page.multiselect(key="partner-DPS-parts").select("events").run()
    press(page, "Show what they will get")
    assert shown(page)["Events"] == "11"
    page.multiselect(key="partner-DPS-kinds").select("crossing").run()
    assert "Switch on for DPS" not in labels(page)
    press(page, "Show what they will get")
    assert not page.exception
    assert (shown(page)["Events"], shown(page)["Left out"]) == ("6", "9")
    page.selectbox(key="partner-DPS-highest").select("TLP:CLEAR").run()
    assert "Switch on for DPS" not in labels(page)
    press(page, "Show what they will get")
    assert shown(page)["Events"] == "0"
    page.selectbox(key="partner-DPS-highest").select("TLP:GREEN").run()
    press(page, "Show what they will get")
    press(page, "Switch on for DPS")
    assert not page.exception
    rules = partner(data).rules
    assert (rules.parts, rules.kinds, rules.highest) == (("events",), ("crossing",), "TLP:GREEN")
    assert page.dataframe[0].value["Gets"].tolist() == [
        "events, up to TLP:GREEN, everywhere, exact position"
    ]


def test_a_partner_is_suspended_and_resumed(run_page: RunPage, data: Path) -> None:
    page = press(run_page("Partners", data), "Suspend")
    assert not partner(data).is_active
    press(page, "Resume")
    assert partner(data).is_active


def test_rules_that_changed_meanwhile_are_not_written_over(run_page: RunPage, data: Path) -> None:
    page = run_page("Partners", data)
    page.multiselect(key="partner-DPS-parts").select("events").run()
    press(page, "Show what they will get")
    copy = Room(StoreSettings(data=data))
    copy.partners.change("DPS", rules={"parts": ["layers"]})
    press(page, "Switch on for DPS")
    assert partner(data).rules.parts == ("layers",)
    assert any("Meanwhile other rules" in caption.value for caption in page.caption)


def test_without_partners_it_says_how_to_add_one(
    run_page: RunPage, bare_warehouse: Path, tmp_path: Path
) -> None:
    folder = copy_warehouse(bare_warehouse, tmp_path / "none")
    page = run_page("Partners", folder)
    assert "cop partner add" in page.info[0].value
