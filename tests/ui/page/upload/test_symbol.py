"""Choosing on the page Upload what points are drawn as: a shape, a symbol by name or by code."""

import pytest
from streamlit.testing.v1 import AppTest

from cop.model.symbol import OFFERED
from cop.ui.page.upload import symbol

pytestmark = pytest.mark.layers

WIDGET = "upload-a-{}"


def one_colour() -> None:
    """The part of the page for a layer of one color."""
    import io

    import streamlit as st

    from cop.model.styling import StyleWords
    from cop.ui.page.upload.symbol import ask_symbols
    from cop.ui.page.upload.work import Incoming

    incoming = Incoming(key="a", name="a.csv", file=io.BytesIO(), size=1)
    st.json(ask_symbols(incoming, StyleWords(fill="#56b4e9")).model_dump_json())


def by_class() -> None:
    """The part of the page for a layer with classes, one of them with a symbol."""
    import io

    import streamlit as st

    from cop.model.styling import StyleWords
    from cop.ui.page.upload.symbol import ask_symbols
    from cop.ui.page.upload.work import Incoming

    incoming = Incoming(key="a", name="a.csv", file=io.BytesIO(), size=1)
    classes = [
        {"value": "a", "symbol": "SFGPUC---------"},
        {"value": "b", "paint": "#e69f00", "shape": "star"},
    ]
    words = StyleWords.model_validate({"fill": {"property": "kind", "classes": classes}})
    st.json(ask_symbols(incoming, words).model_dump_json())


def test_points_of_one_colour_are_a_shape_or_a_symbol() -> None:
    page = AppTest.from_function(one_colour, default_timeout=120).run()
    assert '"shape":"circle","symbol":null' in page.json[0].value
    for said, kept in (
        ("Star", '"shape":"star","symbol":null'),
        ("Border Patrol", f'"shape":null,"symbol":"{OFFERED["Border Patrol"]}"'),
    ):
        page.selectbox(key=WIDGET.format("point")).set_value(said).run()
        assert not page.exception
        assert not page.error
        assert kept in page.json[0].value


@pytest.mark.parametrize(
    ("said", "kept", "told"),
    [
        ("sfgpuci", '"shape":null,"symbol":"SFGPUCI--------"', ""),
        ("10031000009999990000", '"shape":"circle"', "symbol 10031000009999990000 is not drawn"),
        ("<b>", '"shape":"circle"', "is not a symbol identification code"),
    ],
)
def test_a_code_that_was_typed_is_taken_or_refused(
    monkeypatch: pytest.MonkeyPatch, said: str, kept: str, told: str
) -> None:
    """The list of a test takes no new words, so that they come from a stand-in."""
    monkeypatch.setattr(symbol, "choose", lambda *_, **__: said)
    page = AppTest.from_function(one_colour, default_timeout=120).run()
    assert not page.exception
    assert kept in page.json[0].value
    assert [told in error.value for error in page.error] == ([True] if told else [])


def test_each_class_keeps_what_was_suggested_until_another_is_chosen() -> None:
    page = AppTest.from_function(by_class, default_timeout=120).run()
    first, second = page.selectbox
    assert (first.value, second.value) == ("SFGPUC---------", "Star")
    assert '"symbol":"SFGPUC---------"' in page.json[0].value
    first.set_value("Hostile vehicle").run()
    assert f'"symbol":"{OFFERED["Hostile vehicle"]}"' in page.json[0].value
    assert '"shape":"star","symbol":null' in page.json[0].value
