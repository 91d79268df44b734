"""Publishing a what-if from the Coverage page: with a name, for everybody, as of now."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from cop.ingest.sink.trial import publish_trials
from cop.model.saved import check_author
from cop.model.trial import SensorTrial
from cop.query.view import View
from cop.ui.component.address import change_filter
from cop.ui.component.context import use_context
from cop.ui.component.press import take_press
from cop.ui.component.progress import showing_steps
from cop.ui.component.record import recording
from cop.ui.page.fault import acting
from cop.ui.page.save import ask_author
from cop.ui.page.upload.work import store_settings

_KEY: Final = "coverage-publish"
_MESSAGE: Final = "coverage-published"


def render_publish(view: View, trials: Sequence[SensorTrial]) -> None:
    """Draw the form that stores what is tried; a version of the past is never changed."""
    if view.snapshot.known_at is not None:
        st.caption("To publish this what-if, show the records as known now.")
        return
    with st.popover("Publish", icon=":material/publish:"):
        st.markdown(
            "Stores these changes with the sensors, for everybody, as of now. Coverage before now "
            "stays as it is. A later load of a sensor's own source counts over them."
        )
        by = ask_author(f"{_KEY}-author")
        if take_press("Publish changes", key=_KEY, action="publish", type="primary"):
            with acting():
                _publish(view, trials, check_author(by))


def render_published() -> None:
    """Say once what was published."""
    message: str = st.session_state.pop(_MESSAGE, "")
    if message:
        st.toast(message, icon=":material/publish:")


def _publish(view: View, trials: Sequence[SensorTrial], by: str) -> None:
    context = use_context()
    with (
        recording("publish", "what-if", by=by, changes=[one.to_text() for one in trials]) as act,
        showing_steps("Publishing", "sensors") as progress,
    ):
        version = publish_trials(
            store_settings(),
            trials,
            synthetic=view.records == "synthetic",
            by=by,
            known=view.snapshot.sensor_ids,
            sources=view.snapshot.sources,
            progress=progress,
        )
        act.detail["version"] = version
    context.service.warehouse.refresh()
    change_filter(trials=())
    count = len(trials)
    noun = "change" if count == 1 else "changes"
    st.session_state[_MESSAGE] = f"{count} {noun} of sensors published as version {version}."
    st.rerun()
