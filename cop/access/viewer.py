"""The viewer: who a request or a page is answered for, and what they may do and read."""

from dataclasses import dataclass
from typing import Final, Literal

Origin = Literal["local", "oidc", "certificate", "room key", "this machine"]
"""How a viewer is known."""
OPERATOR_ID: Final = "operator"
"""The viewer of a server without sign-in, which answers this machine alone."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who is signed in: ``id`` names them in every record, ``name`` is what is shown.

    ``agency`` is a code of the policy, empty for the single operator; ``highest`` is the highest
    TLP label that they are cleared for. Unless ``verified``, nobody checked the name.
    """

    id: str
    name: str
    agency: str
    roles: frozenset[str]
    highest: str
    verified: bool
    origin: Origin

    @property
    def is_operator(self) -> bool:
        """Whether this is the single operator of a server without sign-in."""
        return self.origin == "this machine"
