"""What the widgets of a dropped file hold: told as their default, kept, answered by the page."""

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.layers


def all_widgets() -> None:
    """Every kind of widget, with something that it holds."""
    import io

    import streamlit as st

    from cop.ui.page.upload import widget
    from cop.ui.page.upload.work import Incoming

    incoming = st.session_state.setdefault(
        "incoming", Incoming(key="a", name="a.csv", file=io.BytesIO(), size=1)
    )
    asked = [
        widget.choose(incoming, "encoding", "Encoding", ["utf-8", "cp1252"], "cp1252"),
        widget.choose(incoming, "symbol", "Symbol", ["Circle"], "SFGPUC", free=True),
        widget.select(incoming, "time", "Time", ["seen", "when"], "when", none="none"),
        widget.select(incoming, "kind", "Kind *", ["rescue"]),
        widget.many(incoming, "kept", "Columns to import", ["seen", "when"], ["when", "gone"]),
        widget.text(incoming, "title", "Title", " Towers "),
        widget.switch(incoming, "made-up", "Made up"),
        widget.slide(incoming, "size", "Size", least=2.0, most=22.0, default=6.0),
        widget.figure(incoming, "from", "From", 3),
        widget.figure(incoming, "nodata", "No data", None),
        widget.paint(incoming, "paint", "HexColor", "#56b4e9"),
    ]
    st.text(asked)
    st.button("Answer", on_click=widget.put, args=(incoming, "time", "seen"))
    st.button("Answer as it is", on_click=widget.put, args=(incoming, "encoding", "cp1252"))


def test_what_a_widget_holds_comes_as_its_default_which_no_later_run_can_drop() -> None:
    page = AppTest.from_function(all_widgets, default_timeout=120).run()
    assert not page.exception
    assert page.text[0].value == (
        "['cp1252', 'SFGPUC', 'when', None, ['when'], 'Towers', False, 6.0, 3.0, None, '#56b4e9']"
    )
    asked = [*page.selectbox, *page.multiselect, *page.text_input, *page.toggle, *page.slider,
             *page.number_input, *page.color_picker]  # fmt: skip
    assert len(asked) == 11
    assert not any(widget.proto.set_value for widget in asked)
    defaults = {widget.label: widget.options[widget.proto.default] for widget in page.selectbox}
    assert defaults == {
        "Encoding": "cp1252", "Symbol": "SFGPUC", "Time": "when", "Kind *": "Choose"
    }  # fmt: skip


def test_a_choice_of_several_can_be_none_of_them() -> None:
    page = AppTest.from_function(all_widgets, default_timeout=120).run()
    time = page.selectbox(key="upload-a-time")
    assert time.options == ["none", "seen", "when"]
    page = time.select_index(0).run()
    assert "'SFGPUC', None, None" in page.text[0].value
    page = page.run()
    assert "'SFGPUC', None, None" in page.text[0].value


def test_what_the_page_answers_comes_in_a_new_widget() -> None:
    page = AppTest.from_function(all_widgets, default_timeout=120).run()
    page.text_input(key="upload-a-title").input("Cameras").run()
    page.selectbox(key="upload-a-time").select_index(0).run()
    page.button[0].click().run()
    assert "'SFGPUC', 'seen', None, ['when'], 'Cameras'" in page.text[0].value
    (time,) = (one for one in page.selectbox if one.label == "Time")
    assert (time.key, time.proto.default, time.proto.set_value) == ("upload-a-1-time", 1, False)


def test_an_answer_that_is_there_already_leaves_the_widget_as_it_is() -> None:
    page = AppTest.from_function(all_widgets, default_timeout=120).run()
    page.button[1].click().run()
    assert page.selectbox(key="upload-a-encoding").value == "cp1252"


def asked_file() -> None:
    """A file whose dates and axes can be read in two orders."""
    import io

    import streamlit as st

    from cop.model.upload import Fix, Inspection, UploadFinding
    from cop.ui.page.upload.finding import render_findings
    from cop.ui.page.upload.reading import ask_choices
    from cop.ui.page.upload.work import Incoming

    incoming = st.session_state.setdefault(
        "incoming", Incoming(key="a", name="a.csv", file=io.BytesIO(), size=1)
    )
    seen = Inspection(format="csv", kind="table", encoding="utf-8", rows=3)
    for field in ("day_first", "swap_axes"):
        fixes = tuple(Fix(field=field, value=value) for value in (True, False))
        asks = UploadFinding(code=field, severity="ask", words="Which?", fixes=fixes)
        render_findings(incoming, [asks])
    choices = ask_choices(incoming, seen)
    st.json({} if choices is None else choices.model_dump_json())


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        ("Day first", "day_first", "true"),
        ("Month first", "day_first", "false"),
        ("Swap x and y", "swap_axes", "true"),
        ("Keep x and y", "swap_axes", "false"),
    ],
)
def test_a_fix_of_yes_or_no_answers_its_question(words: str, field: str, said: str) -> None:
    page = AppTest.from_function(asked_file, default_timeout=120).run()
    assert f'"{field}":null' in page.json[0].value
    next(button for button in page.button if button.label == words).click().run()
    assert not page.exception
    assert f'"{field}":{said}' in page.json[0].value
    (renewed,) = (one for one in page.selectbox if one.key == f"upload-a-1-{field}")
    assert renewed.proto.default == ("", "true", "false").index(said)
