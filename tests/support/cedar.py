"""The rules of docs/access.md and docs/release.md as a Cedar policy: they are decided once more."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cedarpy import Decision, Entities, PolicySet, is_authorized_batch

LABELS: Final = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
SERVER: Final = 'Server::"cop"'
NOBODY: Final = 'Nobody::"nobody"'
OPERATOR: Final = 'Operator::"operator"'
_RULES: Final = """
permit (principal is Operator, action, resource);

// A viewer has an agency and a highest label. They read what is marked at most so high ...
forbid (principal is Person, action, resource is Record)
when { principal has stated && resource.level > principal.stated };

// ... where what is stated for them is limited by their agency's,
forbid (principal is Person, action, resource is Record)
when { principal.agency has highest && resource.level > principal.agency.highest };

// and is TLP:AMBER+STRICT where nothing is stated for either,
forbid (principal is Person, action, resource is Record)
when {
  !(principal has stated) && !(principal.agency has highest) && resource.level > 3
};

// and, where agencies are named, names theirs.
forbid (principal is Person, action, resource is Record)
when { resource has agencies && !resource.agencies.contains(principal.agency) };
"""


@dataclass(frozen=True)
class StatedPerson:
    """Somebody with an account."""

    login: str
    agency: str
    roles: tuple[str, ...]
    highest: str | None

    @property
    def uid(self) -> str:
        return f'Person::"{self.login}"'


def write_rules(roles: Mapping[str, Mapping[str, Any]]) -> str:
    """The policy: one rule for each role that may do anything, and those of markings."""
    granted = [
        f'permit (principal in Role::"{name}", action in '
        f"[{', '.join(_action(one) for one in rule['may'])}], resource);"
        for name, rule in roles.items()
        if rule.get("may")
    ]
    return "\n".join([*granted, _RULES])


def list_entities(
    stored: Mapping[str, Any],
    people: Sequence[StatedPerson],
    markings: Sequence[tuple[str, str, tuple[str, ...]]],
) -> str:
    """Roles and agencies of a policy file, people, and records (name, label, agencies) as JSON."""
    found = [_entity("Server", "cop"), _entity("Nobody", "nobody"), _entity("Operator", "operator")]
    for name, rule in stored["roles"].items():
        within = [("Role", inner) for inner in rule.get("includes", ())]
        found.append(_entity("Role", name, within=within))
    for code, rule in stored["agencies"].items():
        known = {"highest": LABELS.index(rule["highest"])} if "highest" in rule else {}
        found.append(_entity("Agency", code, known))
    for one in people:
        attrs: dict[str, Any] = {"agency": _reference("Agency", one.agency)}
        if one.highest is not None:
            attrs["stated"] = LABELS.index(one.highest)
        within = [("Role", role) for role in one.roles]
        found.append(_entity("Person", one.login, attrs, within=within))
    for name, label, agencies in markings:
        attrs = {"level": LABELS.index(label)}
        if agencies:
            attrs["agencies"] = [_reference("Agency", code) for code in agencies]
        found.append(_entity("Record", name, attrs))
    return json.dumps(found)


class CedarOracle:
    """Decides by a policy and its entities."""

    def __init__(self, rules: str, entities: str) -> None:
        self._rules, self._entities = PolicySet.from_str(rules), Entities.from_json_str(entities)

    def decide(self, asked: Sequence[tuple[str, str, str]]) -> list[bool]:
        """Whether each principal may do that action to that resource."""
        requests = [
            {"principal": who, "action": _action(what), "resource": which, "context": {}}
            for who, what, which in asked
        ]
        answers = is_authorized_batch(requests, self._rules, self._entities)
        assert [fault for one in answers for fault in one.diagnostics.errors] == []
        return [answer.decision == Decision.Allow for answer in answers]


def _action(name: str) -> str:
    return f'Action::"{name}"'


def _reference(kind: str, name: str) -> dict[str, Any]:
    return {"__entity": {"type": kind, "id": name}}


def _entity(
    kind: str,
    name: str,
    attrs: Mapping[str, Any] | None = None,
    *,
    within: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    return {
        "uid": {"type": kind, "id": name},
        "attrs": dict(attrs or {}),
        "parents": [{"type": parent, "id": one} for parent, one in within],
    }
