"""Acknowledging and closing an alert: each button acts on the revision that it was drawn with."""

from collections.abc import Callable

import streamlit as st

from cop.errors import AlertError, CopError
from cop.model.alert import MOST_REASON, OUTCOMES, Alert
from cop.store.room.alert import Alerts
from cop.ui.component.address import visits
from cop.ui.component.permit import need, permitted
from cop.ui.component.record import recording
from cop.ui.page.save import as_text, typed_author

_FAULT = "alerts-fault"


def render_actions(store: Alerts, alert: Alert) -> None:
    """Draw both steps of an alert and, below them, why the last one was refused.

    A step that was taken leaves its button in place, disabled: nothing else comes to lie there.
    """
    first, second = st.columns([1, 4], vertical_alignment="bottom")
    is_open, is_closed = alert.state == "open", alert.state == "closed"
    first.button(
        "Acknowledge" if is_open else "Acknowledged" if alert.acknowledged_by else "Closed",
        key=f"acknowledge-{alert.id}-{alert.revision}",
        icon=":material/visibility:",
        type="primary",
        width="stretch",
        on_click=_acknowledge,
        args=(store, alert),
        **permitted(
            "acknowledge",
            disabled=not is_open,
            help="Confirm that you have seen it and will handle it. Your name is recorded.",
        ),
    )
    with second.form(f"close-{alert.id}", border=False):
        what, why, done = st.columns([2, 3, 1], vertical_alignment="bottom")
        what.selectbox(
            "Outcome",
            list(OUTCOMES),
            format_func=OUTCOMES.__getitem__,
            key=f"outcome-{alert.id}",
            disabled=is_closed,
        )
        why.text_input(
            "Reason", max_chars=MOST_REASON, key=f"reason-{alert.id}", disabled=is_closed
        )
        done.form_submit_button(
            "Close",
            key=f"close-{alert.id}-{alert.revision}",
            width="stretch",
            on_click=_close,
            args=(store, alert),
            **permitted("acknowledge", disabled=is_closed),
        )
    of, words = st.session_state.get(_FAULT) or (None, "")
    if of == (visits(), alert.id):
        st.error(as_text(words))


def _acknowledge(store: Alerts, alert: Alert) -> None:
    by = typed_author()
    _act(
        store,
        alert,
        "acknowledged",
        lambda: store.acknowledge(alert.id, by=by, based_on=alert.revision),
    )


def _close(store: Alerts, alert: Alert) -> None:
    by = typed_author()
    outcome = st.session_state[f"outcome-{alert.id}"]
    reason = st.session_state[f"reason-{alert.id}"]
    _act(
        store,
        alert,
        "closed",
        lambda: store.close_alert(
            alert.id, by=by, outcome=outcome, reason=reason, based_on=alert.revision
        ),
    )


def _act(store: Alerts, alert: Alert, step: str, act: Callable[[], Alert]) -> None:
    """Take a step; a fault is shown beside the buttons of this alert."""
    st.session_state.pop(_FAULT, None)
    action = {"acknowledged": "acknowledge", "closed": "close"}[step]
    try:
        need("acknowledge")
        with recording(action, f"alert {alert.id}", by=typed_author(), revision=alert.revision):
            act()
    except AlertError as fault:
        if not _is_done(store, alert, step):
            _show(alert, fault)
    except CopError as fault:
        _show(alert, fault)


def _show(alert: Alert, fault: CopError) -> None:
    st.session_state[_FAULT] = ((visits(), alert.id), str(fault))


def _is_done(store: Alerts, alert: Alert, step: str) -> bool:
    """Whether the same person's click before this one has taken the step, as a double click's."""
    now = store.get(alert.id)
    mine = now.who == typed_author().strip()
    return mine and now.step == step and now.revision == alert.revision + 1
