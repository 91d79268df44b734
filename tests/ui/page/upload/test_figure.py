"""What columns of statistics mean: the answers of the page."""

import pytest

from cop.ui.page.upload.figure import figure_answers

pytestmark = pytest.mark.layers


def test_a_saved_mapping_of_statistics_answers_every_widget() -> None:
    declared = {
        "kind": "statistics",
        "columns": {"period_start": "month"},
        "time": {"format": "%Y-%m", "precision": "month"},
        "place": {"kind": "sector", "column": "place", "names": {"Tucson, AZ": "TCA"}},
        "measures": [{"measure": "seizures", "column": "seized", "unit": "events"}],
        "dimensions": {"drug": "drug"},
    }
    assert figure_answers(declared) == {
        "stat-period": "month",
        "stat-precision": "month",
        "stat-place-kind": "sector",
        "stat-place": "place",
        "stat-place-name": "",
        "stat-measures": ["seized"],
        "stat-dimensions": ["drug"],
        "stat-name-seized": "seizures",
        "stat-unit-seized": "events",
        "stat-sector-place-Tucson, AZ": "TCA",
    }


def test_one_place_and_the_time_of_the_file_are_answers_too() -> None:
    answers = figure_answers({"place": {"kind": "state", "name": "Arizona"}})
    assert answers["stat-period"] == "(time)"
    assert (answers["stat-place"], answers["stat-place-name"]) == (
        "One place for all rows", "Arizona",
    )  # fmt: skip
