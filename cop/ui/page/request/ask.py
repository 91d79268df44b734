"""The form of a question: whom, what, where, which time, until when."""

from typing import Any

import streamlit as st

from cop.exchange.rfi import RfiDesk
from cop.model.marking import MARKINGS
from cop.model.moment import parse_moment
from cop.model.rfi import MOST_DUE_H, USUAL_DUE_H
from cop.query.rfi_place import find_place
from cop.ui.component.address import read_picture
from cop.ui.component.press import take_press
from cop.ui.page.fault import acting
from cop.ui.page.request.desk import list_agencies, own_desk, usual_marking

_POSITION, _COUNTY, _AREA = "Position", "County", "Area of the filter"
CHOSEN = "request-chosen"
_PLACE = "request-place"


def render_ask() -> None:
    """Draw the form; a question that is asked is the chosen one then."""
    desk = own_desk()
    agencies = list_agencies(desk)
    if not agencies:
        st.caption("There is nobody to ask: add an agency to the policy, or a partner.")
        return
    code = st.selectbox(
        "Ask",
        list(agencies),
        format_func=lambda code: f"{code}: {agencies[code]}",
        key="request-of",
    )
    text = st.text_area(
        "Question", key="request-text", max_chars=1_000, help="No names or numbers of persons."
    )
    place = _ask_place(desk)
    first, second = st.columns(2)
    since = first.text_input(
        "About the time from (UTC)", key="request-from", placeholder="2026-11-24T06:00Z"
    )
    until = second.text_input("to (UTC)", key="request-to", placeholder="now")
    due_h = first.number_input(
        "Hours to answer", 1, MOST_DUE_H, USUAL_DUE_H, step=12, key="request-due"
    )
    usual = MARKINGS.index(usual_marking(desk, code))
    marking = second.selectbox("Marking", MARKINGS, usual, key=f"request-marking-{code}")
    picture = _ask_picture(desk)
    if take_press(
        "Ask", key="request-ask", action="annotate", type="primary", disabled=not text.strip()
    ):
        with acting():
            rfi = desk.ask(
                asked_of=code,
                place=find_place(desk.service, **place),
                text=text,
                marking=marking,
                due_h=int(due_h),
                picture=picture,
                since=parse_moment(since, name="from") if since.strip() else None,
                until=parse_moment(until, name="to") if until.strip() else None,
            )
            st.session_state[CHOSEN] = rfi.id
            st.rerun()


def _ask_place(desk: RfiDesk) -> dict[str, Any]:
    area = read_picture().filter.area
    kinds = [_POSITION, _COUNTY, *([_AREA] if area else [])]
    kind = st.radio("Place", kinds, horizontal=True, key=_PLACE)
    if kind == _COUNTY:
        counties = sorted(desk.service.snapshot.counties)
        return {"county": st.selectbox("County", counties, key="request-county") or ""}
    if kind == _AREA and area is not None:
        st.caption(f"The area that is drawn in the filter, {area.size}.")
        return {"area": area.to_text()}
    words = st.text_input(
        "Position",
        key="request-position",
        placeholder="12R VV 055 676, or 31.33, -110.94",
        help="As exact as it is written. An area is drawn in the filter of the Picture.",
    )
    return {"position": words}


def _ask_picture(desk: RfiDesk) -> str:
    saved = {one.id: one.name for one in desk.room.pictures.list()}
    if not saved:
        return ""
    return st.selectbox(
        "Picture",
        ["", *saved],
        format_func=lambda picture: saved.get(picture, "none"),
        key="request-picture",
    )
