"""Streamlit's options as the program sets them."""

import pytest
from streamlit import config

from cop.server.streamlit_options import read_options


@pytest.mark.parametrize("name", sorted(read_options()))
def test_each_is_an_option_that_streamlit_knows(name: str) -> None:
    assert name in config.get_config_options()


def test_a_session_has_one_run_at_a_time() -> None:
    """Else a run that is stopped before it has begun loses what was pressed."""
    assert read_options()["runner.fastReruns"] is False
