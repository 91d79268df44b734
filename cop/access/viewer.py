"""The viewer: who a request or a page is answered for, and what they may do and read."""

from dataclasses import dataclass
from typing import Final, Literal

from cop.model.audit import Actor
from cop.model.saved import MOST_AUTHOR, tidy_name

Origin = Literal["local", "oidc", "certificate", "room key", "token", "this machine"]
"""How a viewer is known."""
Rights = tuple[str, str, frozenset[str], str, str, str]
"""Id, agency, roles, highest label, the agency looked as, and the partner."""
_UNVERIFIED: Final = " (unverified)"
OPERATOR_ID: Final = "operator"
"""The viewer of a server without sign-in, which answers this machine alone."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who is signed in: ``id`` names them in every record, ``name`` is what is shown.

    ``agency`` is a code of the policy, empty for the single operator; ``highest`` is the highest
    TLP label that they are cleared for. Unless ``verified``, nobody checked the name. ``view_as``
    is the agency that they look as now. ``partner`` is the code of the partner that a program is
    of, empty for people: it reads by the rules of giving and has no roles.
    """

    id: str
    name: str
    agency: str
    roles: frozenset[str]
    highest: str
    verified: bool
    origin: Origin
    view_as: str = ""
    partner: str = ""

    def sign(self, given: str) -> str:
        """Return the name that signs what they do: their own, or the one given as unverified.

        The single operator's is as given: this machine knows no other.
        """
        if self.verified:
            return tidy_name(self.name)
        if not given or self.is_operator:
            return given
        return f"{given[: MOST_AUTHOR - len(_UNVERIFIED)].strip()}{_UNVERIFIED}"

    def as_actor(self, address: str | None, *, name: str | None = None) -> Actor:
        """Return who acts, for records: by their own name, or as typed where nobody signed in."""
        return Actor(
            who=self.id,
            name=self.name if name is None else name,
            agency=self.agency,
            roles=tuple(sorted(self.roles)),
            origin=self.origin,
            address=address or "",
        )

    @property
    def rights(self) -> Rights:
        """All that decides what they may do and read: where it differs a page begins anew."""
        return self.id, self.agency, self.roles, self.highest, self.view_as, self.partner

    @property
    def is_operator(self) -> bool:
        """Whether this is the single operator of a server without sign-in."""
        return self.origin == "this machine"
