"""What the viewer of a page may do: controls that are not for them are disabled, and say why.

Whoever handles a press asks again: a browser may send one that was never drawn.
"""

from typing import Any

from cop.access.policy_file import Action
from cop.errors import AccessError
from cop.ui.component.context import use_context
from cop.ui.component.viewer import current_viewer


def may(action: Action) -> bool:
    """Return whether the viewer may do that."""
    return use_context().access.policy.may(current_viewer(), action)


def need(action: Action) -> None:
    """Raise AccessError, in words, unless the viewer may do that; a refusal is recorded."""
    viewer, access = current_viewer(), use_context().access
    try:
        access.policy.check(viewer, action)
    except AccessError:
        access.record(viewer.as_actor(None), action, "page", outcome="refused")
        raise


def why_not(action: Action) -> str | None:
    """Return why the viewer may not do that; None if they may."""
    try:
        use_context().access.policy.check(current_viewer(), action)
    except AccessError as fault:
        words = str(fault)
        return words[:1].upper() + words[1:]
    return None


def permitted(action: Action | None, *, disabled: bool = False, **options: Any) -> dict[str, Any]:
    """Return the options of a control for an action: disabled, with the reason, where it is not."""
    refused = None if action is None else why_not(action)
    if refused is None:
        return {"disabled": disabled, **options}
    return {**options, "disabled": True, "help": refused}
