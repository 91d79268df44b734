"""The Forecast page: where more is to be expected, and how good such forecasts have been."""

import streamlit as st

from cop.query.absence import name_absence
from cop.query.month import read_month_outlook
from cop.ui.component.filter import render_filters
from cop.ui.component.frame import render_strip
from cop.ui.component.known import open_picture, render_known
from cop.ui.component.published import build_statistic
from cop.ui.page.forecast.month import render_months
from cop.ui.page.forecast.week import render_weeks
from cop.ui.page.forecast.word import CSS


def render_forecast() -> None:
    """Draw the page for the Picture in the address."""
    service, view, picture = open_picture()
    snapshot = view.snapshot
    render_strip(view)
    render_filters(service, view, picture)
    render_known(snapshot)
    region = snapshot.region
    if region is None:
        st.info("No region loaded. Run `python -m cop demo` to get a forecast.")
        return
    st.html(CSS)
    with st.spinner("Forecasting past months to measure accuracy"):
        outlooks = [
            (declared, read_month_outlook(service, view, build_statistic(declared)))
            for declared in region.series
        ]
    # What can be answered comes first.
    for declared, months in outlooks:
        if not months.counts.empty:
            render_months(view, picture, declared, months)
    render_weeks(service, view, picture)
    lacking = [declared.title for declared, months in outlooks if months.counts.empty]
    if lacking:
        st.caption(
            f"No monthly forecast of {', '.join(lacking)}: no figures are "
            f"{name_absence(view.snapshot.release)}. Load them: "
            "`python -m cop ingest statistics FILE --profile NAME`."
        )
