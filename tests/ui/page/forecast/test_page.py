"""The Forecast page: what is missing, and how to load it."""

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


def html(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def test_the_page_says_what_is_missing_and_how_to_load_it(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = run_page("Forecast", own_warehouse, records="real")
    assert not page.exception
    assert "NO FORECAST: NO TRACK RECORD" in html(page)
    (lacking,) = [caption.value for caption in page.caption if "ingest statistics" in caption.value]
    assert lacking.startswith("No monthly forecast of ")
    assert "python -m cop ingest statistics FILE" in lacking
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        publish_history(transaction, build_history(END, months=30), synthetic=False)
        transaction.commit("a short history")
    page = run_page("Forecast", own_warehouse, records="real")
    assert not page.exception
    assert "30 months without a gap" in html(page)
    assert html(page).count("NO TRACK RECORD") == 2
    assert not page.get("tab")
