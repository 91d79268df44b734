"""Briefs that are made every day: added and removed on the Brief page."""

from datetime import time

import streamlit as st

from cop.errors import CopError
from cop.export.locality import Locality
from cop.model.daily import BriefSchedule, describe_schedule, name_place
from cop.model.filter import Filter
from cop.ui.component.context import use_context
from cop.ui.component.permit import may
from cop.ui.component.press import take_press
from cop.ui.component.record import recording
from cop.ui.component.viewer import current_viewer
from cop.ui.page.fault import acting

_USUAL = time(6, 0)


def render_daily(place: Filter, code: str) -> None:
    """Draw what is made every day, and offer to add the brief of a place for an agency."""
    if not may("release"):
        return
    context = use_context()
    briefs = context.service.warehouse.room.area_briefs
    st.markdown("## Every day")
    for schedule in briefs.schedules():
        columns = st.columns([4, 1], vertical_alignment="center")
        columns[0].text(describe_schedule(schedule))
        hindrance = find_hindrance(schedule)
        if hindrance is not None:
            columns[0].warning(f"Not made: {hindrance}")
        if take_press("Remove", key=f"brief-remove-{schedule.id}", at=columns[1], action="release"):
            with acting():
                with recording("remove daily brief", f"brief {schedule.id}"):
                    briefs.unschedule(schedule.id)
                st.rerun()
    columns = st.columns([1, 2, 2], vertical_alignment="bottom")
    at = columns[0].time_input("At", _USUAL, key="brief-at", step=900)
    for_whom = code or context.access.policy.host
    locality = Locality.of(context.service.snapshot, place)
    columns[1].text(f"{locality.zone.key}, for {for_whom}")
    if take_press(
        "Make it every day", key="brief-daily", at=columns[2], action="release", width="stretch"
    ):
        with acting():
            with recording("add daily brief", name_place(place), agency=for_whom):
                context.partner_releases.for_agency(for_whom)
                briefs.schedule(
                    place=name_place(place),
                    made_for=for_whom,
                    time_zone=locality.zone.key,
                    hour=at.hour,
                    minute=at.minute,
                    added_by=current_viewer().name,
                )
            st.rerun()


def find_hindrance(schedule: BriefSchedule) -> str | None:
    """Return why no brief can be made for an agency now; None if one can."""
    try:
        use_context().partner_releases.for_agency(schedule.made_for)
    except CopError as fault:
        return str(fault)
    return None
