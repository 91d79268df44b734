"""The policy: which role may do what, decided by an RBAC model built from the policy file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from casbin import Enforcer
from casbin.model import Model

from cop.access.policy_file import (
    ACTIONS,
    Action,
    AgencyRule,
    GrantRule,
    PolicyFile,
    list_known,
    read_policy_file,
)
from cop.access.viewer import OPERATOR_ID, Origin, Viewer
from cop.errors import AccessError
from cop.model.marking import MARKINGS, MarkingError, parse_marking
from cop.model.release import Release

PHRASES: Final[Mapping[Action, str]] = {
    "see": "see the picture",
    "annotate": "draw on the map",
    "save": "save Pictures",
    "upload": "upload files",
    "publish": "publish",
    "withdraw": "withdraw what is published",
    "present": "present",
    "acknowledge": "acknowledge alerts",
    "agree": "agree impact levels",
    "export": "export",
    "release": "lower a marking",
    "view_as": "view as another agency",
    "audit": "read the audit record",
    "administer": "administer this server",
    "report": "report from the field",
    "grade": "grade reports",
}
"""What each action is in words, after "may"."""
USUAL_HIGHEST: Final = "TLP:AMBER+STRICT"
"""The highest label for who has none stated: TLP:RED is for people who are named."""
_MODEL: Final = """
[request_definition]
r = role, action
[policy_definition]
p = role, action
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.role, p.role) && r.action == p.action
"""


class Policy:
    """Decides what viewers may do; immutable."""

    def __init__(self, file: PolicyFile) -> None:
        """Work out the rights of each role."""
        self._file = file
        enforcer = _build_enforcer(file)
        self._rights = {
            role: frozenset(action for action in ACTIONS if enforcer.enforce(role, action))
            for role in file.roles
        }

    @property
    def host(self) -> str:
        """The code of the agency that runs the server."""
        return self._file.host

    @property
    def agencies(self) -> Mapping[str, AgencyRule]:
        """The agencies by their code."""
        return self._file.agencies

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of the roles, as in the file."""
        return tuple(self._rights)

    def may(self, viewer: Viewer, action: Action) -> bool:
        """Return whether a viewer may do that."""
        return any(action in self._rights.get(role, ()) for role in viewer.roles)

    def check(self, viewer: Viewer, action: Action) -> None:
        """Raise AccessError, which names the roles that may, unless the viewer may do that."""
        if self.may(viewer, action):
            return
        able = [role for role, rights in self._rights.items() if action in rights]
        own = ", ".join(role for role in self._rights if role in viewer.roles) or "none"
        needed = (
            f"it needs the role {_join(able)}"
            if able
            else f"no role may; add {action} to one in the policy file (docs/access.md)"
        )
        raise AccessError(f"you may not {PHRASES[action]}: {needed}; your roles: {own}")

    def rights(self, roles: Iterable[str]) -> frozenset[Action]:
        """Return all that people with these roles may do."""
        return frozenset[Action]().union(*(self._rights.get(role, ()) for role in roles))

    def settle_highest(self, agency: str, stated: str | None) -> str:
        """Return the highest label of a person: what is stated, limited by their agency."""
        rule = self._file.agencies.get(agency)
        limit = None if rule is None else rule.highest
        labels = [label for label in (stated, limit) if label is not None]
        return min(labels, key=MARKINGS.index) if labels else USUAL_HIGHEST

    def records_view(self, marking: str) -> bool:
        """Return whether a view of what carries a marking is recorded.

        It is from a label on, and of what names agencies or cannot be read.
        """
        try:
            found = parse_marking(marking)
        except MarkingError:
            return True
        least = MARKINGS.index(self._file.views_from)
        return found.audience is not None or found.level >= least

    def check_person(
        self, *, agency: str, roles: Iterable[str], highest: str | None = None
    ) -> None:
        """Raise AccessError unless the policy has that agency, these roles and that label."""
        if agency not in self._file.agencies:
            raise AccessError(
                f"no agency {agency!r}: {list_known('agencies', self._file.agencies)}"
            )
        for role in roles:
            if role not in self._rights:
                raise AccessError(f"no role {role!r}: {list_known('roles', self._rights)}")
        if highest is not None and highest not in MARKINGS:
            raise AccessError(f"label {highest!r}: use one of {', '.join(MARKINGS)}")

    def release(self, viewer: Viewer) -> Release | None:
        """Return what a viewer may read; None, everything, for the single operator alone.

        Who looks as another agency reads what both may.
        """
        own = None if viewer.is_operator else self._release(viewer.agency, viewer.highest)
        if not viewer.view_as:
            return own
        return self.agency_release(viewer.view_as).seen_by(own)

    def agency_release(self, agency: str, *, highest: str | None = None) -> Release:
        """Return what people of an agency may read as far as no more than a label is stated."""
        return self._release(agency, self.settle_highest(agency, highest))

    def list_releases(self, people: Iterable[tuple[str, str | None]]) -> tuple[Release, ...]:
        """Return what each agency, the room, each group, and people may read, each once.

        ``people`` are accounts: their agency and highest label.
        """
        stated = [
            *((agency, None) for agency in self._file.agencies),
            (self._file.room.agency, self._file.room.highest),
            *((rule.agency, rule.highest or USUAL_HIGHEST) for rule in self._file.groups.values()),
            *people,
        ]
        found = (self._release(code, self.settle_highest(code, label)) for code, label in stated)
        return tuple(dict.fromkeys(found))

    def look_as(self, viewer: Viewer, agency: str) -> Viewer:
        """Return a viewer who looks as another agency; the same one where they may not."""
        if agency == viewer.agency or agency not in self._file.agencies:
            return viewer
        return replace(viewer, view_as=agency) if self.may(viewer, "view_as") else viewer

    def _release(self, agency: str, highest: str) -> Release:
        rule = self._file.agencies.get(agency)
        return Release(
            agency=agency,
            highest=highest,
            names_withheld=rule is not None and rule.names_withheld,
            smallest_count=self._smallest_count(highest),
        )

    def _smallest_count(self, highest: str) -> int:
        """Return the count that is stated for a label, or for one above it; 1 without one."""
        reached = MARKINGS.index(highest)
        stated = self._file.smallest_count.items()
        return max((n for label, n in stated if MARKINGS.index(label) >= reached), default=1)

    def operator(self) -> Viewer:
        """Return the single operator of a server without sign-in, who may do everything."""
        return Viewer(
            id=OPERATOR_ID, name="Operator", agency="", roles=frozenset(self._rights),
            highest=MARKINGS[-1], verified=False, origin="this machine",
        )  # fmt: skip

    def room_viewer(self, browser: str, *, name: str) -> Viewer:
        """Return who comes with the room key alone: ``browser`` tells one from another."""
        return self._granted(self._file.room, f"room:{browser}", name, "room key", verified=False)

    def grouped_viewer(
        self, viewer_id: str, *, name: str, groups: Iterable[str], origin: Origin
    ) -> Viewer:
        """Return who is known by groups of a provider or units of a certificate.

        Raise AccessError if none of them is in the policy, or if they are of several agencies.
        """
        known = [self._file.groups[name] for name in groups if name in self._file.groups]
        if not known:
            raise AccessError("none of your groups has access to this server")
        if len({rule.agency for rule in known}) > 1:
            raise AccessError("your groups are of several agencies: ask who runs this server")
        labels = [rule.highest or USUAL_HIGHEST for rule in known]
        merged = GrantRule(
            agency=known[0].agency,
            roles=sorted({role for rule in known for role in rule.roles}),
            highest=max(labels, key=MARKINGS.index),
        )
        return self._granted(merged, viewer_id, name, origin, verified=True)

    def _granted(
        self, rule: GrantRule, viewer_id: str, name: str, origin: Origin, *, verified: bool
    ) -> Viewer:
        return Viewer(
            id=viewer_id, name=name, agency=rule.agency, roles=frozenset(rule.roles),
            highest=self.settle_highest(rule.agency, rule.highest), verified=verified,
            origin=origin,
        )  # fmt: skip


def read_policy(path: Path) -> Policy:
    """Read a policy; SettingsError names the file, the place, the value and the remedy."""
    return Policy(read_policy_file(path))


def _build_enforcer(file: PolicyFile) -> Any:
    model = Model()
    model.load_model_from_text(_MODEL)
    enforcer = Enforcer(model, enable_log=False)
    for role, rule in file.roles.items():
        for action in dict.fromkeys(rule.may):
            enforcer.add_policy(role, action)
        for inner in dict.fromkeys(rule.includes):
            enforcer.add_grouping_policy(role, inner)
    return enforcer


def _join(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
