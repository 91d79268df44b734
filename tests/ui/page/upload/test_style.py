"""A simple style, asked on a page of its own."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.page_run import PATIENCE_SECONDS

pytestmark = pytest.mark.layers


def ask() -> None:
    from io import BytesIO
    from types import SimpleNamespace
    from typing import Any

    import streamlit as st

    from cop.model.styling import StyleWords
    from cop.ui.page.upload import style
    from cop.ui.page.upload.work import Incoming

    kinds = {"ref": "VARCHAR", "n": "BIGINT", "at": "TIMESTAMP"}
    content = SimpleNamespace(kinds=kinds, raster=None, points=0)
    layer: Any = SimpleNamespace(content=content, style=StyleWords(), carried=[*kinds], tooltip=())
    incoming = st.session_state.setdefault("file", Incoming("k", "a.csv", BytesIO(), 1))
    found = style.ask_style(incoming, layer)
    st.session_state["style"] = found.model_dump_json(exclude_defaults=True)


def test_one_color_a_size_a_label_and_a_tooltip_are_a_style() -> None:
    page = AppTest.from_function(ask, default_timeout=PATIENCE_SECONDS)
    page.session_state["style"] = ""
    page.run()
    named = {box.label: box for box in page.selectbox}
    assert named["Color"].options == ["Suggested", "Single color", "ref", "n"]
    named["Color"].select("Single color")
    named["Label"].select("ref")
    page.multiselect[0].select("n")
    page.slider[0].set_value(10.0).run()
    assert not page.exception
    assert page.session_state["style"] == (
        '{"fill":"#56b4e9","point_radius_px":10.0,"label":{"property":"ref"},"tooltip":["n"]}'
    )
