"""The Streamlit script: one entry for each file in pages/."""

from pathlib import Path

import streamlit as st

from cop.settings import ROOT

HOME = "Picture"
ICON = Path(__file__).with_name("asset") / "icon.png"


def run() -> None:
    """Show the page that the address names; /Picture.py is at /."""
    st.set_page_config(page_title="Common operating picture", page_icon=str(ICON), layout="wide")
    pages = [
        st.Page(path, title=path.stem, url_path=path.stem, default=path.stem == HOME)
        for path in sorted((ROOT / "pages").glob("[!_]*.py"), key=lambda p: (p.stem != HOME, p))
    ]
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    run()
