"""The notice of active alerts above a picture."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

from cop.model.alert import summarize_alerts
from cop.model.picture import Picture
from cop.query.alert.open_alert import find_alerts
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.fresh import rerun_for

PAGE = "/Alerts"
LOOK_SECONDS = 10


@st.fragment(run_every=LOOK_SECONDS)
def watch_alerts(service: QueryService, drawn_with: int) -> None:
    """Rerun the page as soon as alerts have other steps than `count_steps` before it was drawn."""
    rerun_for(lambda: count_steps(service) != drawn_with)


def count_steps(service: QueryService) -> int:
    """Return how many steps all alerts have; 0 where they cannot be read."""
    return service.room.attempt("alerts", lambda room: room.alerts.count_steps(), 0)


def build_notice(service: QueryService, view: View, picture: Picture) -> str:
    """Return the active alerts as HTML with a link to the Alerts page; empty if there are none."""
    found = find_alerts(service, view)
    active = summarize_alerts(found.active, view.snapshot.now, outside=found.outside)
    if active is None:
        return ""
    is_open = any(alert.state == "open" for alert in found.active)
    style = "cop-chip cop-alert" if is_open else "cop-chip"
    link = f"{PAGE}?{urlencode(picture.to_pairs())}"
    return (
        '<div class="cop-strip" role="status">'
        f'<a class="{style}" href="{escape(link)}" target="_self">'
        f"\N{BLACK UP-POINTING TRIANGLE} {escape(active.many.upper())}</a>"
        f"<span><b>{escape(_capital(active.first))}</b></span></div>"
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
