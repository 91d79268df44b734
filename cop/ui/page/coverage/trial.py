"""What if, on the Coverage page: sensors added, moved, raised or switched off, and what changes."""

from dataclasses import replace
from html import escape
from typing import Final

import streamlit as st

from cop.errors import FilterError
from cop.model.coordinate import parse_position
from cop.model.place import format_mgrs
from cop.model.trial import MOST_TRIALS, SensorTrial, TrialSort
from cop.query.coverage.gap import Gaps, read_gaps
from cop.query.coverage.health import SensorHealth
from cop.query.headline import read_headline
from cop.query.service import QueryService
from cop.query.text import format_figure
from cop.query.view import View
from cop.ui.component.address import change_filter, read_picture
from cop.ui.page.coverage.plan import render_plan, render_planned
from cop.ui.page.coverage.publish import render_publish

_SORTS: Final[dict[TrialSort, str]] = {
    "add": "Add a sensor",
    "move": "Move a sensor",
    "raise": "Raise a sensor",
    "off": "Switch a sensor off",
}
_KEY: Final = "coverage-trial"


def render_trials(service: QueryService, view: View, health: SensorHealth, gaps: Gaps) -> None:
    """Draw what is tried with its effect, and the form that tries something more."""
    trials = view.filter.trials
    if trials:
        _render_effect(service, view, gaps)
    with st.expander("What if", expanded=bool(trials), icon=":material/experiment:"):
        for trial in trials:
            words, end = st.columns([6, 1], vertical_alignment="center")
            words.markdown(escape(describe_trial(trial)))
            end.button(
                "Remove",
                key=f"{_KEY}-{trial.to_text()}",
                on_click=_remove,
                args=(trial,),
                width="stretch",
            )
        if trials:
            end, publish = st.columns([1, 1])
            end.button("End what-if", on_click=lambda: change_filter(trials=()), width="stretch")
            with publish:
                render_publish(view, trials)
        render_planned()
        sensors = sorted(health.table["sensor_id"].astype(str))
        change, plan = st.tabs(["Change a sensor", "Propose sensors"])
        with change:
            _render_form(sensors)
        with plan:
            render_plan(service, view, gaps, sensors)


def describe_trial(trial: SensorTrial) -> str:
    """Return a change in words, places in MGRS."""
    place = ""
    if trial.lon is not None and trial.lat is not None:
        place = format_mgrs(trial.lat, trial.lon, digits=4)
    return {
        "add": f"{trial.sensor} added at {place}, {trial.height_m or 0:g} m above the ground, "
        f"range {(trial.range_m or 0) / 1_000:g} km",
        "move": f"{trial.sensor} moved to {place}",
        "raise": f"{trial.sensor} at {trial.height_m or 0:g} m above the ground",
        "off": f"{trial.sensor} off",
    }[trial.sort]


def _render_effect(service: QueryService, view: View, gaps: Gaps) -> None:
    """Say what the changes do to coverage and to the gap, against now."""
    plain = view.narrowed(replace(view.filter, trials=()))
    before = read_gaps(service, plain)
    shown = [format_figure(f) for f in read_headline(service, view) if f.key == "watched"]
    words = [f"<b>{escape(one.line)}</b>" for one in shown]
    if before is not None:
        was, now = (part.table["weight"].sum() for part in (before, gaps))
        noun = "Events expected unseen" if gaps.by_risk else "Gap in km-hours"
        share = f" ({100 * (now - was) / was:+.0f}%)" if was else ""
        share = share.replace("-", "\N{MINUS SIGN}")
        words.append(f"{noun} in the window: {was:,.1f} without, {now:,.1f} with{share}")
    text = ". ".join([*words, "Not stored until it is published."])
    st.html(f'<div class="cop-lead">WHAT-IF. {text}</div>')


def _render_form(sensors: list[str]) -> None:
    """Draw the form; what cannot be read is said and changes nothing."""
    sort = st.radio(
        "Change", tuple(_SORTS), format_func=lambda one: _SORTS[one], horizontal=True,
        key=f"{_KEY}-sort",
    )  # fmt: skip
    with st.form(f"{_KEY}-form", border=False):
        first, second, third, fourth = st.columns(4)
        name = (
            first.text_input("Name", value="New-1", max_chars=40)
            if sort == "add"
            else first.selectbox("Sensor", sensors)
        )
        place = second.text_input("MGRS or lat, lon", disabled=sort not in {"add", "move"})
        height = third.number_input(
            "Height above ground, m", 0.0, 5_000.0, 20.0, disabled=sort not in {"add", "raise"}
        )
        reach = fourth.number_input("Range, km", 0.1, 100.0, 8.0, disabled=sort != "add")
        if st.form_submit_button("Try it", type="primary"):
            try:
                _add(sort, str(name or ""), place, height, 1_000 * reach)
            except FilterError as fault:
                st.error(str(fault), icon=":material/error:")
            else:
                st.rerun()


def _add(sort: TrialSort, name: str, place: str, height_m: float, range_m: float) -> None:
    lon = lat = None
    if sort in {"add", "move"}:
        found = parse_position(place)
        if found is None:
            raise FilterError(f"{place[:40]!r} is no position: write MGRS, or latitude, longitude")
        lon, lat = round(found.lon, 6), round(found.lat, 6)
    trial = SensorTrial(
        sort=sort,
        sensor=name.strip(),
        lon=lon,
        lat=lat,
        height_m=height_m if sort in {"add", "raise"} else None,
        range_m=range_m if sort == "add" else None,
    )
    trial = SensorTrial.from_text(trial.to_text())
    current = read_picture().filter.trials
    if len(current) >= MOST_TRIALS:
        raise FilterError(f"{MOST_TRIALS} changes are tried already: remove one first")
    change_filter(trials=(*current, trial))


def _remove(trial: SensorTrial) -> None:
    change_filter(trials=tuple(one for one in read_picture().filter.trials if one != trial))
