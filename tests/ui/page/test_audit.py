"""The Audit page without a browser: the state of the chain, the search, the file."""

from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from cop.access.audit.export import open_export
from cop.access.audit.log import AuditLog
from cop.access.identity import Credentials
from cop.errors import AccessError
from cop.model.audit import Actor
from cop.model.audit_chain import check_chain
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.audit.file import AuditFile
from cop.store.warehouse import Warehouse
from cop.ui.component.context import CONTEXT
from cop.ui.page.audit import build_audit_query, build_audit_table
from tests.support.audit import fill, tampering
from tests.support.command import CHECKOUT
from tests.support.signed import signed_context
from tests.support.warehouse import copy_warehouse
from tests.ui.conftest import PATIENCE_SECONDS, RunPage

pytestmark = pytest.mark.access


@pytest.fixture
def data(bare_warehouse: Path, tmp_path: Path) -> Path:
    folder = copy_warehouse(bare_warehouse, tmp_path / "warehouse")
    fill(folder, 40)
    return folder


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def listed(page: AppTest) -> list[int]:
    return [int(seq) for seq in page.dataframe[0].value["seq"]] if page.dataframe else []


def test_it_lists_and_searches(run_page: RunPage, data: Path) -> None:
    page = run_page("Audit", data)
    assert not page.exception
    assert metrics(page) == {"Chain": "Whole", "Entries": "40", "Last entry": "40"}
    assert listed(page) == [*range(40, 0, -1)]
    page.text_input(key="audit-who").set_value("person 3").run()
    assert listed(page) == [39, 32, 25, 18, 11, 4]
    page.selectbox(key="audit-action").select("agree").run()
    assert listed(page) == [32, 4]
    page.text_input(key="audit-subject").set_value("layer 31").run()
    assert listed(page) == [32]
    page.selectbox(key="audit-outcome").select("refused").run()
    assert listed(page) == []
    assert page.info[0].value == "No entries match."


def test_it_says_what_is_wrong(run_page: RunPage, data: Path) -> None:
    page = run_page("Audit", data)
    with tampering(data) as opened:
        opened.execute("UPDATE entry SET who = 'x' WHERE seq = 12")
    page.button(key="audit-check").click().run()
    assert metrics(page)["Chain"] == "Not whole"
    assert "Entry 12 is changed" in page.error[0].value.replace("\\", "")
    (data / "audit-head.json").write_text("no head")
    page.button(key="audit-check").click().run()
    assert metrics(page) == {"Chain": "Not whole", "Entries": "unknown", "Last entry": "none"}


def test_a_long_record_is_checked_when_somebody_asks(
    run_page: RunPage, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cop.ui.page.audit._AT_ONCE", 39)
    page = run_page("Audit", data)
    assert metrics(page) == {"Chain": "Not checked", "Entries": "unknown", "Last entry": "none"}
    page.button(key="audit-check").click().run()
    assert metrics(page) == {"Chain": "Whole", "Entries": "40", "Last entry": "40"}


def test_without_a_record(run_page: RunPage, bare_warehouse: Path) -> None:
    page = run_page("Audit", bare_warehouse)
    assert not page.exception
    assert metrics(page)["Entries"] == "0"
    assert not (bare_warehouse / "audit.sqlite").exists()


def test_days_are_whole_days() -> None:
    def query(*days: date) -> tuple[datetime | None, datetime | None]:
        found = build_audit_query(who=" a ", action=None, subject="", outcome=None, days=days)
        assert (found.who, found.action, found.outcome) == ("a", "", "")
        return found.since, found.before

    first, last = date(2026, 1, 2), date(2026, 1, 4)
    assert query() == (None, None)
    assert query(first) == (datetime(2026, 1, 2), datetime(2026, 1, 3))
    assert query(first, last) == (datetime(2026, 1, 2), datetime(2026, 1, 5))


def test_the_file_holds_the_chain_and_its_export_is_an_entry_for_who_may_audit_still(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buttons: list[dict[str, Any]] = []
    monkeypatch.setattr(
        DeltaGenerator, "download_button", lambda *_, **options: buttons.append(options)
    )
    with closing(Warehouse(StoreSettings(data=data))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=1)
        context = signed_context(service, tmp_path, monkeypatch, "operator")
        page = AppTest.from_file(
            str(CHECKOUT / "pages" / "Audit.py"), default_timeout=PATIENCE_SECONDS
        )
        page.session_state[CONTEXT] = context
        assert not page.run().exception
        file = tmp_path / "audit.csv"
        file.write_bytes(buttons[-1]["data"]())
        report = check_chain(open_export(file), is_part=True)
        assert report.is_whole
        assert report.n == 41
        last = context.audit.file.last()
        assert last is not None
        assert (last.action, last.outcome, last.name) == ("export", "done", "Ana")
        context.access.accounts.change("ana", roles=frozenset({"viewer"}), by="t")
        context.access.session_way.forget(Credentials(cookies=dict(st.context.cookies), headers={}))
        with pytest.raises(AccessError, match="needs the role operator"):
            buttons[-1]["data"]()
        last = context.audit.file.last()
        assert last is not None
        assert (last.action, last.outcome) == ("export", "refused")


def test_a_row_has_its_words(tmp_path: Path) -> None:
    log = AuditLog(StoreSettings(data=tmp_path), now=lambda: datetime(2026, 1, 2) + timedelta(0, 3))
    log.append(Actor(name="Ana"), "publish", "layer a", detail={"layers": ["a", "b"], "version": 3})
    row = build_audit_table([*AuditFile(tmp_path).read()]).iloc[0]
    assert row["at"] == "2026-01-02 00:00:03"
    assert row["who"] == "Ana (operator)"
    assert row["detail"] == "layers: a, b; version: 3"
    log.close()
