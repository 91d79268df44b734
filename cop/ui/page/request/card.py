"""One request on its page: the question with its place, its steps, and what can be done with it."""

import math
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import streamlit as st

from cop.exchange.rfi import RfiDesk
from cop.export.place_map import render_place_map
from cop.model.area import Area
from cop.model.marking import MARKINGS
from cop.model.moment import format_age, format_dtg
from cop.model.picture import Viewpoint
from cop.model.rfi import Rfi, RfiPlace
from cop.ui.component.context import use_context
from cop.ui.component.frame import build_chips, page_theme
from cop.ui.component.opened import saved_link
from cop.ui.component.press import take_press
from cop.ui.page.fault import acting
from cop.ui.page.request.desk import list_agencies, own_desk, usual_marking

_MAP_PX = (520, 300)
_NEAR, _COUNTY_ZOOM, _FAR = 9.5, 7.2, 6.0
_DEGREE_ZOOM, _SMALLEST = 7.5, 0.01
"""The zoom at which a degree fills the small map, and the smallest area that is told apart."""


def render_rfi(rfi: Rfi, now: datetime) -> None:
    """Draw a request: what is asked on the left, what became of it and what to do on the right."""
    left, right = st.columns(2, gap="large")
    with left:
        _render_question(rfi, now)
    with right:
        st.markdown("## Steps")
        _render_steps(rfi)
        _render_answer(rfi)
        _render_actions(rfi)


def _render_question(rfi: Rfi, now: datetime) -> None:
    question = rfi.question
    st.markdown("## Question")
    st.html(build_chips(question.marking, synthetic=question.synthetic))
    st.text(question.text)
    st.text(f"{question.asked_from} asks {question.asked_of}")
    st.text(f"Place: {question.place.words}")
    if question.window_words:
        st.text(f"Time: {question.window_words}")
    late = ""
    if rfi.is_overdue(now):
        late = f", OVERDUE by {format_age(now - question.due_at)}"
    st.text(f"Due {format_dtg(question.due_at)} ({question.due_h} h){late}")
    viewpoint = Viewpoint(
        lat=question.place.lat, lon=question.place.lon, zoom=_zoom(question.place)
    )
    st.image(
        render_place_map(
            use_context().service, viewpoint, size=_MAP_PX, theme=page_theme(), is_marked=True
        ),
        width="stretch",
        alt="Map of the place that is asked about",
    )
    links = [f"[Open on the map](/?{urlencode({'map': viewpoint.to_text()})})"]
    if question.picture and use_context().room.pictures.has(question.picture):
        links.append(f"[Open its Picture]({saved_link(question.picture)})")
    st.markdown(" \N{MIDDLE DOT} ".join(links))


def _zoom(place: RfiPlace) -> float:
    """Return a zoom at which a place is seen with what is around it."""
    if place.county:
        return _COUNTY_ZOOM
    if not place.area:
        return _NEAR
    west, south, east, north = Area.from_text(place.area).bounds
    widest = max(east - west, north - south, _SMALLEST)
    return max(_FAR, min(_NEAR, _DEGREE_ZOOM - math.log2(widest)))


def _render_steps(rfi: Rfi) -> None:
    question = rfi.question
    st.text(f"Asked; {format_dtg(question.asked_at)}, {question.asked_by} ({question.asked_from})")
    for step in rfi.steps:
        st.text(step.words)
    if rfi.time_to_answer is not None:
        st.caption(f"Answered after {format_age(rfi.time_to_answer)}.")


def _render_answer(rfi: Rfi) -> None:
    answer = rfi.answer
    if answer is None:
        return
    st.markdown("## Answer")
    st.html(build_chips(answer.marking, synthetic=rfi.question.synthetic))
    if answer.text:
        st.text(answer.text)
    if answer.n_records:
        left_out = answer.n_records - len(answer.records)
        more = f", {left_out} of them not given to us" if left_out else ""
        st.text(f"{answer.n_records} records{more}")
        for record in answer.records:
            st.code(record, language=None)
    if answer.layer:
        st.text(f"Layer {answer.layer_title} ({answer.layer}) on the server of who answered")
    st.caption(
        f"Originator {answer.originator}. From TLP:AMBER up others get it by their consent alone."
    )


def _render_actions(rfi: Rfi) -> None:
    desk = own_desk()
    if rfi.state not in ("closed", "declined") and desk.may_answer(rfi):
        _offer_answer(desk, rfi)
    if rfi.answer is not None:
        _offer_passing(desk, rfi)
    may_close = desk.may_close(rfi) and rfi.state != "closed"
    if may_close and take_press("Close", key=f"request-close-{rfi.id}", action="annotate"):
        _do(lambda: desk.close(rfi.id))


def _offer_answer(desk: RfiDesk, rfi: Rfi) -> None:
    key = f"request-{rfi.id}"
    st.markdown("## To answer")
    columns = st.columns([3, 1], vertical_alignment="bottom")
    to = columns[0].text_input("Assigned to", rfi.assignee, key=f"{key}-to", max_chars=80)
    if take_press(
        "Assign", key=f"{key}-assign", at=columns[1], action="annotate",
        disabled=not to.strip() or to == rfi.assignee,
    ):  # fmt: skip
        _do(lambda: desk.assign(rfi.id, to))
    text = st.text_area("Answer", key=f"{key}-answer", max_chars=1_000)
    records = st.text_input(
        "Records", key=f"{key}-records", help="Ids of events, separated by spaces."
    )
    layers = {
        one.id: one.declared.title
        for one in desk.service.snapshot.uploaded.values()
        if one.state == "published"
    }
    layer = st.selectbox(
        "Layer", ["", *layers], format_func=lambda one: layers.get(one, "none"), key=f"{key}-layer"
    )
    question = rfi.question
    asker = question.asked_from if question.server == desk.policy.host else question.server
    usual = "TLP:AMBER" if asker == desk.policy.host else usual_marking(desk, asker)
    marking = st.selectbox(
        "Marking of the answer", MARKINGS, MARKINGS.index(usual), key=f"{key}-marking",
        help="It is at least that of the records and the layer.",
    )  # fmt: skip
    if take_press(
        "Answer" if rfi.answer is None else "Answer again", key=f"{key}-send", action="annotate",
        type="primary", disabled=not (text.strip() or records.strip() or layer),
    ):  # fmt: skip
        named = tuple(dict.fromkeys(records.replace(",", " ").split()))
        _do(lambda: desk.answer(rfi.id, text=text, records=named, layer=layer, marking=marking))
    if rfi.state == "answered":
        return
    reason = st.text_input("Why it is declined", key=f"{key}-reason", max_chars=300)
    if take_press("Decline", key=f"{key}-decline", action="annotate", disabled=not reason.strip()):
        _do(lambda: desk.decline(rfi.id, reason))


def _offer_passing(desk: RfiDesk, rfi: Rfi) -> None:
    answered = [step for step in rfi.steps if step.kind == "answered"]
    if not answered or answered[-1].answer is None:
        return
    is_here, is_ours = answered[-1].server == desk.policy.host, desk.is_asked_here(rfi)
    if not (is_here or is_ours):
        return
    agencies = {
        code: title
        for code, title in list_agencies(desk).items()
        if code not in (rfi.question.asked_from, rfi.question.asked_of)
    }
    if not agencies:
        return
    st.markdown("## Pass on")
    columns = st.columns([2, 1], vertical_alignment="bottom")
    to = columns[0].selectbox(
        "To",
        list(agencies),
        format_func=lambda code: f"{code}: {agencies[code]}",
        key=f"request-{rfi.id}-pass-to",
    )
    key, is_needed = f"request-{rfi.id}-pass", rfi.needs_consent(to) and not rfi.has_consent(to)
    originator = answered[-1].answer.originator
    if is_needed and is_here and desk.actor.agency in ("", originator):
        if take_press(
            f"Consent as {originator}", key=f"{key}-consent", at=columns[1], action="release",
            width="stretch",
        ):  # fmt: skip
            _do(lambda: desk.consent(rfi.id, to, agency=originator))
    elif not is_ours:
        st.caption(f"{rfi.question.server} asked, and passes it on.")
    elif is_needed:
        if take_press(
            "Ask for consent", key=f"{key}-ask", at=columns[1], action="annotate", width="stretch"
        ):
            _do(lambda: desk.ask_consent(rfi.id, to))
        st.caption(f"It goes to {to} only with the consent of {originator}.")
    elif take_press("Pass on", key=key, at=columns[1], action="annotate", width="stretch"):
        _do(lambda: desk.pass_on(rfi.id, to))


def _do(act: Callable[[], object]) -> None:
    with acting():
        act()
        st.rerun()
