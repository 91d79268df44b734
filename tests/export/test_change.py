"""Tests of alerts and changes in a hand-out: what the pages Alerts and Changes have."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cop.export.change import build_alert_lines, build_change_lines
from cop.model.filter import Filter
from cop.query.alert.open_alert import read_alerts
from cop.query.change import CHANGES, read_changes
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.warehouse import Warehouse
from tests.support.alert import make_finding
from tests.support.brief import BRIEF, build_history

pytestmark = pytest.mark.glance


@pytest.fixture
def history(tmp_path: Path) -> Iterator[QueryService]:
    build_history(tmp_path / "warehouse")
    with closing(Warehouse(StoreSettings(data=tmp_path / "warehouse"))) as warehouse:
        yield QueryService(warehouse, tile_cache_mb=1)


def test_changes_are_those_of_the_page(history: QueryService) -> None:
    view = replace(history.view(Filter(records="real")), since=BRIEF)
    changes = read_changes(history, view)
    summary, lines = build_change_lines(history, view)
    counts = ", ".join(f"{changes.counted(name)} {name}" for name in CHANGES)
    assert summary == f"Since 101300Z FEB 26: {counts}."
    assert lines[0] == "TCA: 2 new, 1 late, 1 corrected, 1 withdrawn"
    assert len(lines) == 3


def test_without_a_moment_it_is_the_last_day(history: QueryService) -> None:
    summary, lines = build_change_lines(history, history.view(Filter(records="real")))
    assert summary.endswith("nothing was published.")
    assert lines == ()


def test_alerts_are_those_of_the_page(own_warehouse: Path) -> None:
    settings = StoreSettings(data=own_warehouse)
    with closing(Alerts(settings)) as alerts:
        findings = [make_finding(sector=code) for code in ("RGV", "TCA", "EPT", "DRT", "LRT")]
        raised = alerts.note("1", findings)
        alerts.close_alert(raised[0].id, by="Avery", outcome="planned", reason="exercise")
    with closing(Warehouse(settings)) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        view = service.view(Filter(records="real"))
        lines = build_alert_lines(service, view)
        assert len(read_alerts(service, view)) == 4
        assert [line.endswith(", open") for line in lines] == [True, True, True, False]
        assert lines[-1] == "and 1 more"
        assert lines[0].startswith("Surge in ")
        assert build_alert_lines(service, service.view(Filter(records="synthetic"))) == ()
