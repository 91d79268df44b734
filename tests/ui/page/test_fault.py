"""A fault is shown beside the button that was pressed, and the page goes on below it."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import PATIENCE_SECONDS

pytestmark = [pytest.mark.glance, pytest.mark.table]


def script() -> None:
    import streamlit as st

    from cop.errors import PictureError
    from cop.ui.page.fault import acting

    left, right = st.columns(2)
    with left:
        if st.button("Save"):
            with acting():
                raise PictureError("*name* '': use 1 to 40 characters")
        st.caption("below")
    right.caption("beside")


def test_a_fault_lies_below_its_button_and_the_rest_of_the_page_is_drawn() -> None:
    page = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS).run()
    page = page.button[0].click().run()
    assert not page.exception
    left, right = page.columns
    assert [part.type for part in left.children.values()] == ["button", "error", "caption"]
    assert left.error[0].value == "\\*name\\* ''\\: use 1 to 40 characters"
    assert [caption.value for caption in right.caption] == ["beside"]
