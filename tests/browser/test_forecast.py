"""The Forecast page as a viewer meets it: a good record, a bad one and none."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pandas as pd
import pytest

from cop.model.moment import format_instant, utc_now
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from tests.browser.conftest import Visit, wait
from tests.support.command import serving
from tests.support.month import build_history, publish_history
from tests.support.warehouse import copy_warehouse

pytestmark = [pytest.mark.forecast, pytest.mark.browser]


def words(visit: Visit) -> str:
    return str(visit.page.locator("[data-testid=stMain]").inner_text())


def test_shown_the_forecast_page_with_good_bad_and_missing_track_record(
    warehouse_dir: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    """Good as it was known before the drop, failed after it, and missing for real records."""
    settings = StoreSettings(data=copy_warehouse(warehouse_dir, tmp_path / "warehouse"))
    end = pd.Period(utc_now(), freq="M") - 1
    broken = build_history(str(end), months=120, break_at=str(end - 4))
    with open_transaction(settings) as transaction:
        publish_history(transaction, broken.loc[: end - 5])
        publish_history(transaction, broken.tail(30), synthetic=False)
        transaction.commit("before the drop")
    time.sleep(1.1)  # Moments are whole seconds: this one lies between the two versions.
    before = utc_now()
    time.sleep(1.1)
    with open_transaction(settings) as transaction:
        publish_history(transaction, broken)
        transaction.commit("the drop")
    with serving(settings.data, tmp_path / "log.txt") as base:
        known = urlencode({"records": "synthetic", "known_at": format_instant(before)})
        for address, said in (
            (known, "FORECAST BEATS A SIMPLE GUESS"),
            ("records=synthetic", f"FAILED {(end - 4).strftime('%b %y').upper()}"),
            ("records=real", "NO FORECAST: NO TRACK RECORD"),
        ):
            seen = visit().look(f"{base}/Forecast?{address}")
            wait(lambda seen=seen, said=said: said in words(seen), said)
            charts = seen.page.get_by_test_id("stVegaLiteChart").locator("canvas, svg")
            wait(lambda charts=charts: charts.count() >= 1, "the chart")
            # The switch between both kinds of records names them both.
            said_of = re.sub(r"Real\s+SYNTHETIC", "", words(seen))
            assert ("SYNTHETIC" in said_of) == ("synthetic" in address)
            assert ("Scorecard" in words(seen)) == ("synthetic" in address)
            assert ("AS KNOWN AT" in words(seen)) == ("known_at" in address)
            assert seen.faults == []
            assert seen.away == []
