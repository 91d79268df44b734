"""A fault of an action, shown beside the button that was pressed for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cop.errors import CopError
from cop.ui.page.save import as_text


@contextmanager
def acting() -> Iterator[None]:
    """Show a CopError where the page is being drawn, and draw the rest of the page.

    Called right after a button, that is beside it.
    """
    try:
        yield
    except CopError as fault:
        st.error(as_text(str(fault)), icon=":material/error:")
