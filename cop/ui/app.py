"""The Streamlit script: one entry for each file in pages/."""

from pathlib import Path

import streamlit as st

from cop.settings import ROOT
from cop.ui.component.address import carry_picture

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
"""Pages of other names follow, by the alphabet."""
ICON = Path(__file__).with_name("asset") / "icon.png"


def run() -> None:
    """Show the page that the address names; /Picture.py is at /."""
    st.set_page_config(page_title="Common operating picture", page_icon=str(ICON), layout="wide")
    pages = [
        st.Page(path, title=path.stem, url_path=path.stem, default=path.stem == HOME)
        for path in sorted((ROOT / "pages").glob("[!_]*.py"), key=_rank)
    ]
    page = st.navigation(pages, position="top")
    carry_picture(page.title)
    page.run()


def _rank(page: Path) -> tuple[int, str]:
    return ORDER.index(page.stem) if page.stem in ORDER else len(ORDER), page.stem


if __name__ == "__main__":
    run()
