"""Acts of pages in the audit record: written before anything is done, and with the outcome."""

from contextlib import AbstractContextManager
from typing import Any

import streamlit as st

from cop.access.audit.log import RecordedAct
from cop.access.audit.visitor import name_visitor
from cop.model.audit import Actor
from cop.ui.component.context import use_context
from cop.ui.component.name import own_name
from cop.ui.component.viewer import current_viewer


def own_actor(by: str | None = None) -> Actor:
    """Return who acts in this session, by the name they typed."""
    address: object = st.context.ip_address
    return name_visitor(
        current_viewer(),
        own_name() if by is None else by,
        address if isinstance(address, str) else None,
    )


def recording(
    action: str, subject: str, *, by: str | None = None, **detail: Any
) -> AbstractContextManager[RecordedAct]:
    """Record an act; AuditError is raised before anything is done if that cannot be.

    A rerun of the page belongs after it: it would end the act as failed.
    """
    return use_context().audit.recorded(own_actor(by), action, subject, **detail)
