"""Sector months on the page: the answer leads, its record beside it."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cop.model.moment import utc_now
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from tests.support.month import build_history, publish_history
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.forecast


END = (pd.Period(utc_now(), freq="M") - 1).strftime("%Y-%m")
BROKEN_AT = (pd.Period(END, freq="M") - 4).strftime("%Y-%m")
BROKEN = pd.Period(BROKEN_AT, freq="M").strftime("%b %y").upper()


def html(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def test_the_page_leads_with_the_answer_and_its_record(
    run_page: RunPage, own_warehouse: Path
) -> None:
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        publish_history(transaction, build_history(END, months=120, break_at=BROKEN_AT))
        transaction.commit("a broken history")
    page = run_page("Forecast", own_warehouse, records="synthetic")
    assert not page.exception
    assert f"FAILED {BROKEN}" in html(page)
    assert "SYNTHETIC" in html(page)
    assert [tab.label for tab in page.tabs][:2] == ["Scorecard", "Worst misses and breaks"]
    assert any("SYNTHETIC encounters by month" in caption.value for caption in page.caption)
    narrowed = run_page("Forecast", own_warehouse, records="synthetic", sector="RGV")
    assert not narrowed.exception
    assert "Tucson" not in html(narrowed)
