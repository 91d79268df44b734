"""What the browser needs of the viewer: what they may do on the map, and whom they release to.

A control that is not for them is not drawn; whoever handles what it sends asks the policy again.
"""

from typing import Any, Final

from cop.access.policy_file import Action
from cop.ui.component.context import has_context, use_context
from cop.ui.component.permit import may
from cop.ui.component.viewer import current_viewer

MAP_ACTIONS: Final[tuple[Action, ...]] = ("annotate", "present")


def build_viewer() -> dict[str, Any]:
    """Return the viewer's rights, their agency, those of the policy, and whether to ask their name.

    Where the program itself runs a script everything may be done.
    """
    if not has_context():
        return {"may": [*MAP_ACTIONS], "agency": "", "agencies": [], "asksName": True}
    viewer = current_viewer()
    known = use_context().access.policy.agencies
    return {
        "may": [action for action in MAP_ACTIONS if may(action)],
        "agency": viewer.agency,
        "agencies": [{"code": code, "title": known[code].title} for code in sorted(known)],
        "asksName": not viewer.verified,
    }
