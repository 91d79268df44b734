"""The Upload page in Chromium: a CSV is mapped to events, which the picture then counts."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.conftest import Visit, wait
from tests.browser.test_upload import pick, press
from tests.support.command import serving
from tests.support.http import Caller
from tests.support.mapping import BROKEN, PLACES, rescues

pytestmark = [pytest.mark.layers, pytest.mark.browser]

ANSWERS = {
    "Kind *": "All rows: Rescue",
    "Unit *": "All rows: People",
    "Detected by *": "All rows: Partner",
    "Confidence *": "All rows: High",
}


def fill(seen: Visit, label: str, words: str) -> None:
    box = seen.page.get_by_role("textbox", name=label, exact=True)
    box.fill(words)
    box.press("Enter")


def test_shown_a_csv_is_mapped_to_events_that_the_picture_counts(
    own_warehouse: Path, tmp_path: Path, visit: Callable[..., Visit]
) -> None:
    file = tmp_path / "Rescues.csv"
    file.write_text(rescues(*PLACES, *BROKEN))
    with serving(own_warehouse, tmp_path / "log.txt") as base, closing(Caller(base)) as caller:

        def counted() -> list[tuple[str, int, int]]:
            answer = caller.ask("/api/summary", [("by", "kind")]).json()
            return [(row["key"], row["n"], row["counts"]["people"]) for row in answer["rows"]]

        assert counted() == []
        upload = visit().look(f"{base}/Upload")
        upload.drop(file)
        page = upload.page
        wait(page.get_by_text("possible personal data: phone").count, "phones to be left out")
        fill(upload, "Your name", "Ana")
        page.get_by_role("radio", name="Events", exact=True).click()
        press(upload, "Read rows")
        wait(page.get_by_text("What the columns mean, as events").count, "the fields")
        for label, answer in ANSWERS.items():
            pick(upload, label, answer)
        fill(upload, "Publisher *", "County sheriff's office")
        fill(upload, "Terms *", "for the table")
        wait(page.get_by_text("19 of 21 rows can be published as events").count, "the check")
        press(upload, "Publish events")
        wait(page.get_by_text("Loaded: 19 new").count, "the events")
        wait(lambda: counted() == [("rescue", 19, 28)], "the picture to count them")
        press(upload, "Undo load")
        wait(lambda: counted() == [], "the picture to count them no longer")
        assert (upload.faults, upload.away) == ([], [])
