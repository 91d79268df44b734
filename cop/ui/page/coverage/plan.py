"""Proposing sensors on the Coverage page: the places that close the most of the gap, on trial."""

from typing import Any, Final

import streamlit as st

from cop.analysis.sight.viewshed import Placement
from cop.model.trial import MOST_TRIALS
from cop.query.coverage.gap import Gaps
from cop.query.coverage.plan import SensorPlan, propose_sensors
from cop.query.service import QueryService
from cop.query.view import View
from cop.ui.component.address import change_filter, read_picture
from cop.ui.component.press import take_submit
from cop.ui.component.progress import showing_steps
from cop.ui.page.fault import acting

_KEY: Final = "coverage-plan"
_STORED: Final = "coverage-planned"
_HEIGHT_M, _RANGE_KM = 20.0, 15.0


def render_plan(service: QueryService, view: View, gaps: Gaps, sensors: list[str]) -> None:
    """Draw the form that proposes sensors; they are tried at once."""
    current = read_picture().filter.trials
    most = MOST_TRIALS - len(current)
    with st.form(f"{_KEY}-form", border=False):
        first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
        number = first.number_input("Sensors to add", 1, max(most, 1), min(3, max(most, 1)))
        height = second.number_input("Height above ground, m", 0.0, 5_000.0, _HEIGHT_M)
        reach = third.number_input("Range, km", 0.1, 100.0, _RANGE_KM)
        with fourth:
            pressed = take_submit("Propose places", key=_KEY, width="stretch", disabled=most < 1)
    st.caption(
        "High ground within 4 km of segments with a gap and 40 km of a town, chosen so that they "
        "close the most of the gap in this filter and window. Patrols: `cop coverage plan "
        "--patrols N`."
    )
    if pressed:
        with acting():
            look = Placement(lon=0.0, lat=0.0, height_m=height, range_m=1_000 * reach)
            with showing_steps("Planning", "places") as progress:
                plan = propose_sensors(
                    service, view, gaps, look=look, number=int(number), progress=progress
                )
            _try(plan, sensors)


def render_planned() -> None:
    """Say what the last proposal closes, while all of it is tried."""
    planned: dict[str, Any] = st.session_state.get(_STORED, {})
    if planned and {*planned["trials"]} <= {*read_picture().filter.trials}:
        st.info(planned["words"], icon=":material/lightbulb:")


def _try(plan: SensorPlan, sensors: list[str]) -> None:
    """Add the proposed sensors to what is tried, and keep what was said of them."""
    current = read_picture().filter.trials
    trials = plan.to_trials({*sensors, *(one.sensor for one in current)})
    words = [plan.summary, *([] if plan.rival is None else [plan.rival])]
    text = ". ".join(f"{line[0].upper()}{line[1:]}" for line in words)
    st.session_state[_STORED] = {"trials": trials, "words": f"{text}."}
    change_filter(trials=(*current, *trials))
    st.rerun()
