"""The choice of a moment: versions newest first, and no moment outside of what is known."""

from datetime import datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.moment import utc_now
from cop.ui.component.moment import format_local
from tests.support.page_run import PATIENCE_SECONDS
from tests.ui.component.conftest import OpenScript

pytestmark = pytest.mark.table


def versions() -> None:
    from datetime import datetime, timedelta

    import streamlit as st

    from cop.ui.component.moment import choose_version

    held = {n: datetime(2026, 1, 1) + n * timedelta(days=1) for n in range(1, 251)}
    chosen = st.session_state.get("chosen")
    choose_version(held, chosen, st.text, key="version", help="which")


def test_the_newest_versions_are_offered_and_one_gives_its_moment() -> None:
    page = AppTest.from_function(versions, default_timeout=PATIENCE_SECONDS).run()
    box = page.selectbox(key="version")
    assert box.value is None
    assert len(box.options) == 200
    assert box.options[0] == "080000Z SEP 26 · version 250"
    page = box.select(box.options[1]).run()
    assert [text.value for text in page.text] == ["2026-09-07 00:00:00"]


def test_an_old_version_that_was_chosen_is_offered_too_and_a_lost_one_is_none() -> None:
    page = AppTest.from_function(versions, default_timeout=PATIENCE_SECONDS)
    page.session_state["chosen"] = 3
    box = page.run().selectbox(key="version")
    assert (len(box.options), box.value) == (201, 3)
    assert box.options[-1] == "040000Z JAN 26 · version 3"
    page.session_state["chosen"] = 999
    assert page.run().selectbox[0].value is None


def moment() -> None:
    from datetime import datetime

    import streamlit as st

    from cop.ui.component.moment import choose_moment

    oldest = datetime(2026, 1, 1, 10, 30, 20)
    choose_moment(st.session_state["asked"], oldest, st.text, key="moment", help="when")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (datetime(2026, 1, 5, 6, 7, 8), datetime(2026, 1, 5, 6, 7)),
        (datetime(2020, 1, 1), datetime(2026, 1, 1, 10, 31)),
    ],
)
def test_a_moment_is_one_of_whole_minutes_after_the_oldest(
    open_script: OpenScript, asked: datetime, shown: datetime
) -> None:
    page = open_script(moment)
    page.session_state["asked"] = asked
    page.run()
    assert not page.exception
    assert page.session_state["moment"] == shown


def test_no_moment_is_in_the_future(open_script: OpenScript) -> None:
    page = open_script(moment)
    page.session_state["asked"] = utc_now() + timedelta(days=9)
    page.run()
    assert page.session_state["moment"] <= utc_now()


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/Chicago", "12:58 CST"),
        ("Asia/Tokyo", "28 NOV 03:58 JST"),
        ("UTC", ""),
        ("Europe/London", ""),
        (None, ""),
        ("Nowhere/At_All", ""),
        ("../etc/passwd", ""),
    ],
)
def test_a_moment_in_the_viewers_zone(zone: str | None, expected: str) -> None:
    assert format_local(datetime(2026, 11, 27, 18, 58), zone) == expected
