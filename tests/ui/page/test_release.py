"""The Release page without a browser: what another agency does not see, and why."""

from pathlib import Path

import pytest

from cop.ui.page.release import build_release_figures, build_release_table
from tests.query.test_withheld import released_dir  # noqa: F401 a fixture
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.access


def test_it_lists_what_an_agency_does_not_see(
    run_page: RunPage,
    released_dir: Path,  # noqa: F811
) -> None:
    page = run_page("Release", released_dir)
    assert not page.exception
    page.selectbox(key="release-agency").select("DPS").run()
    shown = {metric.label: metric.value for metric in page.metric}
    table = page.dataframe[0].value
    events = table[table["What"] == "Events"]["n"].sum()
    assert shown["Events withheld"] == f"{events:,}"
    assert shown["Highest label"] == "TLP:AMBER"
    assert {"Table", "Amber"} == set(table[table["What"] == "Events"]["Title"])
    assert set(table["why"]) >= {"not released to DPS", "TLP:RED is above TLP:AMBER"}


def test_without_anything_withheld_there_are_zeros() -> None:
    figures = build_release_figures((), "TLP:GREEN")
    assert [figure.value for figure in figures] == ["0", "0", "0", "TLP:GREEN"]
    assert build_release_table(()).empty
