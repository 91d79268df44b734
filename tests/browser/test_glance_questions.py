"""The five questions of a commander, each answered from the Picture in at most two clicks."""

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit, wait

pytestmark = [pytest.mark.glance, pytest.mark.browser]


def test_shown_five_questions_are_answered_in_two_clicks(
    server: str, visit: Callable[..., Visit]
) -> None:
    seen = visit()
    page = seen.page

    def words() -> str:
        return str(page.locator("[data-testid=stMain]").inner_text())

    def ask(name: str) -> str:
        """Go from the Picture to a page of the rail; return what it says."""
        seen.open(f"{server}/?records=synthetic")
        seen.turn_to(name)
        return words()

    seen.open(f"{server}/?records=synthetic")
    picture = words()
    assert re.search(r"Events\s+[\d,]+\s+[+±-]\d+% \([\d,]+ before\)", picture), "what changed"
    assert re.search(r"24-h coverage\s+\d+%", picture), "where are we blind"
    assert re.search(r"Expected in 7 days\s+[\d,]+\s+80% interval", picture), "what comes next"
    assert re.search(r"Confidence: (good|fair|low)", picture)
    assert re.search(r"data to \d{6}Z \w{3} \d\d, .+ old", picture), "how old is this"
    assert "since" in ask("Changes").lower()
    assert re.search(r"Covered in the window\s+(\d+% of [\d,]+ km\s+){9}", ask("Sectors"))
    assert re.search(r"Usual: [\d,]+ per week", ask("Forecast"))
    assert re.search(r"\d+ agreed or changed by people; the rest are proposals", ask("Impact"))
    page.get_by_text("Decided", exact=True).click()
    nobody = "No segments at these levels"
    wait(lambda: nobody in words(), "that nobody has decided")
    assert re.search(r"expected (daily|every)", ask("Sources"))
    seen.open(f"{server}/?records=synthetic")
    page.locator("[data-layer=segments] .measures button", has_text="Coverage").click()
    shown = "__copMap.layers().find((layer) => layer.id === 'segments').measure"
    wait(lambda: seen.ask(shown) == "coverage", "the coverage of each segment")
    assert seen.faults == []
