"""Tests of the context in a session."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.house


def told() -> None:
    import streamlit as st

    from cop.errors import StoreError
    from cop.ui.component.context import use_context

    try:
        st.write(str(use_context()))
    except StoreError as fault:
        st.write(str(fault))


def test_a_page_works_with_the_context_of_its_session() -> None:
    page = AppTest.from_function(told, default_timeout=PATIENCE_SECONDS)
    page.session_state["context"] = "what the script put there"
    assert page.run().markdown[0].value == "what the script put there"


def test_without_the_script_a_page_says_what_to_start() -> None:
    assert (
        "python -m cop run"
        in AppTest.from_function(told, default_timeout=PATIENCE_SECONDS).run().markdown[0].value
    )
