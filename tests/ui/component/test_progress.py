"""How far work is, in words: count, rate and time left."""

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.progress import WaitingShare
from cop.ui.component.progress import describe_progress
from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.layers


@pytest.mark.parametrize(
    ("share", "total", "elapsed_s", "words"),
    [
        (0.5, 1_000, 1.0, "Reading"),
        (0.0, 1_000, 60.0, "Reading"),
        (0.25, 400_000, 5.0, "Reading: 100,000 of 400,000 rows, 20,000 rows/s, 15 s left"),
        (0.1, 0, 10.0, "Reading: 10%, 1 min 30 s left"),
        (1.0, 10, 5.0, "Reading: 10 of 10 rows, 2 rows/s, 0 s left"),
    ],
)
def test_numbers_come_after_the_first_seconds(
    share: float, total: int, elapsed_s: float, words: str
) -> None:
    assert describe_progress("Reading", share, total, "rows", elapsed_s) == words


def work() -> None:
    import streamlit as st

    from cop.ui.component import progress

    seen = []
    with progress.showing_steps("Publishing") as report:
        for step in (("checking", 0, 10), ("merging", 4, 10), ("merging", 6, 10), ("odd", 1, None)):
            report(*step)
            seen.append(step)
    with progress.showing_progress("Reading") as tell:
        tell(1.5, 10, "rows")
    st.text(len(seen))


def test_a_bar_goes_when_the_work_is_done() -> None:
    page = AppTest.from_function(work, default_timeout=PATIENCE_SECONDS).run()
    assert not page.exception
    assert page.text[0].value == "4"
    assert not page.get("progress")


@pytest.mark.trust
def test_who_waits_is_told_for_what() -> None:
    words = describe_progress("Reading a.csv", WaitingShare(2), 0, "rows", 9.0)
    assert words == "Reading a.csv: waiting, 2 other files are being read"
    assert "1 other file is" in describe_progress("Reading", WaitingShare(1), 0, "rows", 0.0)
