"""The Reports page without a browser: grading, leaving out, and its figures."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cop.exchange.field_report import publish_report
from cop.model.moment import format_instant, utc_now
from cop.model.report import ReportEntry
from cop.settings import StoreSettings
from cop.store.room.report import FieldReports
from cop.store.room.room import Room
from cop.ui.page.report import build_report_figures
from tests.support.field import report_id, stated_report
from tests.support.partner import open_office
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange


@pytest.fixture
def data(bare_warehouse: Path, tmp_path: Path) -> Path:
    """A server with two reports."""
    office = open_office(bare_warehouse, tmp_path, "JTF")
    for n in range(2):
        entry = ReportEntry.build(
            stated_report(n, occurred_at=format_instant(utc_now())), now=utc_now()
        )
        report = office.room.reports.receive(entry, sender="local:ana", agency="SO-1")
        publish_report(office.warehouse, office.room.reports, report)
    office.close()
    return office.settings.data


def reports(data: Path) -> FieldReports:
    return Room(StoreSettings(data=data)).reports


def shown(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def test_a_report_is_graded(run_page: RunPage, data: Path) -> None:
    page = run_page("Reports", data)
    assert not page.exception
    assert shown(page) == {"Reports": "2", "Unconfirmed": "2", "Answered": "0%"}
    page.selectbox(key="report").select(report_id(1)).run()
    page.selectbox(key=f"report-{report_id(1)}-source").select("B").run()
    page.selectbox(key=f"report-{report_id(1)}-information").select("2").run()
    press(page, "Grade")
    assert not page.exception
    assert reports(data).get(report_id(1)).grade.code == "B2"
    assert reports(data).get(report_id(0)).grade is None
    assert shown(page) == {"Reports": "2", "Unconfirmed": "1", "Answered": "50%"}
    assert "graded B2" in page.dataframe[0].value["State"].tolist()


def test_a_report_is_left_out_with_a_reason(run_page: RunPage, data: Path) -> None:
    page = run_page("Reports", data)
    page.selectbox(key="report").select(report_id(0)).run()
    assert next(button for button in page.button if button.label == "Leave out").disabled
    page.text_input(key=f"report-{report_id(0)}-reason").input("an exercise").run()
    press(page, "Leave out")
    left = reports(data).get(report_id(0))
    assert (left.state, left.reason) == ("left out", "an exercise")


def test_without_reports_a_share_is_not_known() -> None:
    assert [figure.value for figure in build_report_figures(())] == ["0", "0", "not known"]
