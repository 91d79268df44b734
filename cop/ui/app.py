"""The application: one entry for each file in pages/."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

import streamlit as st

from cop.context import AppContext
from cop.ui.component.address import carry_picture
from cop.ui.component.context import hold_context

HOME = "Picture"
ORDER = (
    HOME,
    "Wall",
    "Alerts",
    "Changes",
    "Sectors",
    "Impact",
    "Patterns",
    "Forecast",
    "Pictures",
    "Compare",
    "Handout",
    "Upload",
    "Data",
)
"""Pages of other names follow in alphabetical order."""
ICON = Path(__file__).with_name("asset") / "icon.png"

# The heading of a page is for screen readers: the eye has the navigation.
_HEADING_CSS = """
<style>
[data-testid="stElementContainer"]:has(.cop-page-title) { position: absolute; }
.cop-page-title { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
</style>
"""


def run(context: AppContext, paths: Iterable[Path]) -> None:
    """Show the page that the address names, one of those files; Picture.py is at /."""
    hold_context(context)
    st.set_page_config(page_title="Common operating picture", page_icon=str(ICON), layout="wide")
    pages = [
        st.Page(path, title=path.stem, url_path=path.stem, default=path.stem == HOME)
        for path in sorted(paths, key=_rank)
    ]
    page = st.navigation(pages, position="top")
    st.html(f'{_HEADING_CSS}<h1 class="cop-page-title">{escape(page.title)}</h1>')
    carry_picture(page.title)
    page.run()


def _rank(page: Path) -> tuple[int, str]:
    return ORDER.index(page.stem) if page.stem in ORDER else len(ORDER), page.stem
