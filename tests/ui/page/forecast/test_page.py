"""The Forecast page: the answer in words, the record in words and tables, what is missing."""

import io
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cop.ingest.geography import read_region
from cop.model.moment import utc_now
from cop.query.month import MonthOutlook, build_month_outlook
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.ui.page.forecast.card import RIVAL_TITLES, build_month_cards, build_race
from cop.ui.page.forecast.chart import build_month_fan, build_reliability
from cop.ui.page.forecast.download import build_csv, build_report
from cop.ui.page.forecast.record import NO_SKILL, build_scorecard, build_year_table
from cop.ui.page.forecast.word import breaks_of, describe_outlook, find_card, judge_months
from tests.support.month import as_series, build_history, publish_history
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.forecast

REGION = read_region("sw_border")
(DECLARED,) = REGION.series
NAMES = {sector.code: sector.name for sector in REGION.sectors}
END = (pd.Period(utc_now(), freq="M") - 1).strftime("%Y-%m")
BROKEN_AT = (pd.Period(END, freq="M") - 4).strftime("%Y-%m")
BROKEN = pd.Period(BROKEN_AT, freq="M").strftime("%b %y").upper()


@pytest.fixture(scope="module")
def good() -> MonthOutlook:
    return build_month_outlook(as_series(build_history("2026-10", months=124)), synthetic=True)


@pytest.fixture(scope="module")
def bad() -> MonthOutlook:
    history = build_history("2026-10", months=120, break_at="2026-06")
    return build_month_outlook(as_series(history), synthetic=True)


def html(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def test_the_answer_names_where_more_is_expected(good: MonthOutlook) -> None:
    words = describe_outlook(good, 1, NAMES, "people")
    assert words.startswith("<b>More than usual expected in NOV 26 in ")
    assert "TCA Tucson" in words
    assert "DRT Del Rio" in words
    assert "(80% interval " in words
    west = describe_outlook(good, 1, {"SDC": "San Diego"}, "people")
    assert "None of these places is clearly above usual" in west
    verdict = judge_months(good, 1, DECLARED)
    assert verdict.state == "good"
    assert verdict.words.startswith("better than repeating the last value: ")


def test_a_break_is_said_before_the_long_record(bad: MonthOutlook) -> None:
    verdict = judge_months(bad, 3, DECLARED)
    assert verdict.state == "failed"
    assert verdict.title == "FAILED JUN \N{EN DASH} AUG 26"
    assert "9 of 9 sectors were below their 80% interval in " in verdict.words
    assert "cop-record-failed" in verdict.chip()
    record = build_month_cards(bad, 1, NAMES, {})[-1]
    assert {cell.text for cell in record.cells} == {"\N{WARNING SIGN} failed JUN 26"}


def test_a_place_without_skill_is_said_so(good: MonthOutlook) -> None:
    cards = good.cards.copy()
    own = (cards["place"] == "RGV") & (cards["horizon"] == 1)
    cards.loc[own, ["gain", "low", "high", "verdict"]] = [-0.1, -0.2, 0.05, "none"]
    held = MonthOutlook(**{**vars(good), "cards": cards})
    verdict = judge_months(held, 1, DECLARED, place="RGV")
    assert verdict.title == "NOT BETTER THAN LAST VALUE"
    assert "10% higher error" in verdict.words
    assert "20% higher to 5% lower" in verdict.words
    table = build_scorecard(held, 1, NAMES).set_index("Place")
    assert table.loc["RGV Rio Grande Valley", "Against the last value"] == NO_SKILL
    assert table.loc["All places", "Against the last value"] == "better"
    assert {f"MASE {title.lower()}" for title in RIVAL_TITLES.values()} <= set(table.columns)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_charts_hold_the_history_the_fan_and_the_failures(bad: MonthOutlook, theme: str) -> None:
    failed = breaks_of(bad, 1, "TCA")["month"].tolist()
    built = build_month_fan(
        bad, "TCA", 1, origin=None, failed=failed, theme=theme, unit="people"
    ).to_dict()
    held = [rows for rows in built["datasets"].values() if rows]
    ahead = next(rows for rows in held if rows[0].get("line", "").startswith("Forecast now"))
    assert len(ahead) == 7
    assert [row["when"] for row in ahead][:2] == ["OCT 26", "NOV 26"]
    missed = next(rows for rows in held if rows[0].get("line") == "Outside the interval"
                  and "truth" in rows[0])  # fmt: skip
    assert "JUN 26" in {row["when"] for row in missed}
    rows = bad.track["horizons"]["1"]["reliability"]
    assert build_reliability(rows, theme).to_dict()["datasets"]
    assert "Last value" in build_race(find_card(bad, 1, "TCA"))


def test_the_record_can_be_taken_along(good: MonthOutlook) -> None:
    head = ["TLP:AMBER", "SYNTHETIC"]
    report = build_report(good, DECLARED, head).decode()
    assert report.startswith("> TLP:AMBER")
    assert "## 6 months ahead" in report
    assert "moving average" in report
    assert "Reliability" in report
    text = build_csv(good, head).decode()
    assert text.startswith("# TLP:AMBER\n# SYNTHETIC\n")
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert len(table) == len(good.table)
    assert set(table["horizon"]) == {1, 2, 3, 4, 5, 6}
    years = build_year_table(good.track["horizons"]["1"]["by_year"])
    assert years["Year"].iloc[0] == "2026"


def test_the_page_says_what_is_missing_and_how_to_load_it(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = run_page("Forecast", own_warehouse, records="real")
    assert not page.exception
    assert "NO FORECAST: NO TRACK RECORD" in html(page)
    assert any("python -m cop ingest statistics FILE" in info.value for info in page.info)
    with open_transaction(StoreSettings(data=own_warehouse)) as transaction:
        publish_history(transaction, build_history(END, months=30), synthetic=False)
        transaction.commit("a short history")
    page = run_page("Forecast", own_warehouse, records="real")
    assert not page.exception
    assert "30 months without a gap" in html(page)
    assert html(page).count("NO TRACK RECORD") == 2
    assert not page.get("tab")


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
    assert any("Made-up encounters by month" in caption.value for caption in page.caption)
    narrowed = run_page("Forecast", own_warehouse, records="synthetic", sector="RGV")
    assert not narrowed.exception
    assert "Tucson" not in html(narrowed)
