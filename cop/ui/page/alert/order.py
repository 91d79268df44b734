"""The order of the alerts on the page, which stays as it is while the page is open.

An alert that is acknowledged or closed would else move, and the next one would come to lie under
the pointer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cop.model.alert import Alert
from cop.model.filter import Filter
from cop.model.window import TimeWindow
from cop.ui.component.address import visits

_PINNED = "alerts-pinned"
_LAST = 3


@dataclass(frozen=True, kw_only=True)
class ListedAlerts:
    """The alerts with their evidence, in order, how many of them are new, and the rest."""

    shown: tuple[Alert, ...]
    new: int
    closed: tuple[Alert, ...]


def pin_alerts(found: Sequence[Alert], resolved: Filter) -> ListedAlerts:
    """List sorted alerts in the order that this visit to the page began with.

    What was active then keeps its place, and what is raised meanwhile comes after it. Another
    filter, whose window may go on with the clock, is another visit.
    """
    visit = (visits(), repr(resolved.within(TimeWindow())))
    before, first, pinned = st.session_state.get(_PINNED) or (None, 0, ())
    active = [alert.id for alert in found if alert.state != "closed"]
    if visit != before:
        first, pinned = len(active), tuple(active)
    else:
        pinned = (*pinned, *(name for name in active if name not in pinned))
    st.session_state[_PINNED] = (visit, first, pinned)
    by_id = {alert.id: alert for alert in found}
    return ListedAlerts(
        shown=tuple(by_id[name] for name in pinned if name in by_id),
        new=sum(name in by_id for name in pinned[first:]),
        closed=tuple(alert for alert in found if alert.id not in pinned),
    )


def part_closed(listed: ListedAlerts) -> tuple[tuple[Alert, ...], tuple[Alert, ...]]:
    """Return the closed alerts to show, which are the last ones where no other is, and the rest."""
    if listed.shown:
        return (), listed.closed
    last = tuple(sorted(listed.closed, key=lambda alert: alert.at, reverse=True)[:_LAST])
    return last, tuple(alert for alert in listed.closed if alert not in last)
