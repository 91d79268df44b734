"""The Brief page: the brief of a place now, its files, and what is made every day."""

from html import escape

import streamlit as st

from cop.access.policy import Policy
from cop.errors import PartnerError
from cop.export.area_brief import AreaBrief
from cop.export.area_html import render_area_figures, render_area_sections
from cop.export.briefing import (
    FinishedBrief,
    draft_brief,
    find_brief_file,
    list_contacts,
    make_brief,
)
from cop.model.daily import MadeBrief, name_place
from cop.model.filter import Filter
from cop.model.moment import format_dtg
from cop.model.window import TimeWindow
from cop.query.service import QueryService
from cop.ui.component.address import change_filter, change_picture, read_picture
from cop.ui.component.context import use_context
from cop.ui.component.download import offer_download
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import page_theme, render_strip
from cop.ui.component.known import open_picture
from cop.ui.component.permit import may
from cop.ui.component.press import take_press
from cop.ui.component.record import note_view, recording
from cop.ui.component.viewer import current_viewer
from cop.ui.page.brief.daily import render_daily
from cop.ui.page.fault import acting

_MADE, _BEGUN, _USUAL = "brief-made", "brief-begun", "24 h"
_STYLE = """<style>
.cop-brief h2 { font-size: 1.1rem; margin: 1rem 0 .25rem; padding: 0 }
.cop-brief ul { margin: 0; padding-left: 1.2rem }
.cop-brief dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
  gap: .6rem; margin: 0 0 .75rem; padding: 0 }
.cop-brief dl > div { padding: 0; margin: 0 }
.cop-brief li { break-inside: avoid }
.cop-brief dt { margin: 0; opacity: .8; font-size: .85rem }
.cop-brief dd { margin: 0; font-size: 1.45rem; font-weight: 650;
  font-variant-numeric: tabular-nums }
.cop-brief dd small { display: block; font-size: .78rem; font-weight: 400; opacity: .8 }
.cop-brief .sections { columns: 2 24rem; column-gap: 2rem }
.cop-brief .sections section { break-inside: avoid }
</style>"""


def render_brief() -> None:
    """Draw the brief of the places in the address, as they are now."""
    _begin_at_home()
    own, view, picture = open_picture()
    render_strip(view)
    render_filters(own, view, picture)
    policy, place = use_context().access.policy, view.filter
    service, code = _choose_reader(own, policy)
    note_view(view)
    contacts = list_contacts(policy.agencies, policy.host, place)
    brief = draft_brief(service, place, contacts=contacts, theme=page_theme())
    _render(brief)
    _offer_files(service, place, contacts)
    _render_made(service, place)
    render_daily(place, code)


def _begin_at_home() -> None:
    """Begin with the last 24 h, and the counties of the viewer's agency, where none is named."""
    rule = use_context().access.policy.agencies.get(current_viewer().agency)
    asked = read_picture().filter
    known = use_context().service.snapshot.counties
    home = tuple(name for name in (rule.counties if rule else ()) if name in known)
    if _BEGUN in st.session_state:
        return
    st.session_state[_BEGUN] = True
    if home and not (asked.counties or asked.sectors or asked.area):
        change_filter(counties=home)
    if asked.window == TimeWindow():
        change_picture(preset=_USUAL)


def _choose_reader(service: QueryService, policy: Policy) -> tuple[QueryService, str]:
    """Return the service that the brief is made with: the viewer's, or what an agency may read."""
    own = "" if service.release is None else service.release.agency
    if not may("view_as"):
        return service, own
    codes = ["", *(code for code in policy.agencies if code != own)]
    code = st.selectbox(
        "For",
        codes,
        format_func=lambda code: f"{code}: {policy.agencies[code].title}" if code else "yourself",
        key="brief-for",
    )
    if not code:
        return service, own
    try:
        release = use_context().partner_releases.for_agency(code)
    except PartnerError as fault:
        st.error(str(fault))
        st.stop()
    return service.released_to(release.seen_by(service.release)), code


def _render(brief: AreaBrief) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(
            f'{_STYLE}<div class="cop-brief"><h2>{escape(brief.title)}</h2>'
            f"<p>{escape(brief.made_at_words)}</p>{render_area_figures(brief)}</div>"
        )
    with right:
        st.image(brief.image, width="stretch", alt=f"Map of {brief.place}")
    st.html(
        f'<div class="cop-brief"><div class="sections">{render_area_sections(brief)}</div></div>'
    )


def _offer_files(service: QueryService, place: Filter, contacts: tuple[str, ...]) -> None:
    """Make the brief on request; its files are then offered."""
    selection = repr((service.snapshot.version, service.release, place.to_pairs()))
    if take_press(
        "Make brief",
        key="brief-make",
        action="export",
        type="primary",
        icon=":material/file_export:",
    ):
        st.session_state.pop(_MADE, None)
        with acting(), st.spinner("Making the brief"):
            with recording("export", "brief", place=name_place(place)) as act:
                finished = make_brief(
                    service,
                    place,
                    by=current_viewer().name,
                    contacts=contacts,
                    paper=use_context().paper,
                )
                act.detail |= {"agency": finished.made.made_for, "marking": finished.made.marking}
            st.session_state[_MADE] = (selection, finished)
    made_of: str
    finished_now: FinishedBrief | None
    made_of, finished_now = st.session_state.get(_MADE) or ("", None)
    if finished_now is None or made_of != selection:
        st.caption("The next brief of this place tells what has changed since the last one.")
        return
    _offer(finished_now.made, finished_now.pdf, finished_now.html, key="now")


def _offer(made: MadeBrief, pdf: bytes, html: bytes, *, key: str) -> None:
    marking = made.marking.replace(":", "-").replace("/", "-").replace(" ", "")
    name = f"{marking}-brief-{made.made_at:%Y%m%dT%H%MZ}"
    files = (("PDF", pdf, "pdf", "application/pdf"), ("HTML", html, "html", "text/html"))
    for place, (title, data, suffix, mime) in zip(st.columns(2), files, strict=True):
        offer_download(
            f"Download {title}",
            data=data,
            file_name=f"{name}.{suffix}",
            subject="brief",
            marking=made.marking,
            at=place,
            mime=mime,
            key=f"brief-{key}-{suffix}",
        )


def _render_made(service: QueryService, place: Filter) -> None:
    """List the briefs of the place that were made for readers who may read no more than these.

    One of a source that is withheld from them by now is left out.
    """
    code = "" if service.release is None else service.release.agency
    stored = service.warehouse.room.area_briefs.list(place=name_place(place), made_for=code)
    found = [
        made
        for made in stored
        if made.is_for(service.release) and service.reads_sources(made.sources, made.version)
    ]
    if not found:
        return
    st.markdown("## Earlier briefs")
    titles = {made.id: f"{format_dtg(made.made_at)}, {made.marking}" for made in found}
    chosen = st.selectbox("Brief", list(titles), format_func=titles.__getitem__, key="brief-old")
    made = next(one for one in found if one.id == chosen)
    with acting():
        folder = service.warehouse.folder
        _offer(
            made,
            find_brief_file(folder, made, "pdf"),
            find_brief_file(folder, made, "html"),
            key="old",
        )
