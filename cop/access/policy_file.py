"""The policy file: agencies, roles and their actions, what the room key and groups grant."""

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.types import StringConstraints

from cop.errors import SettingsError
from cop.model.marking import MARKINGS

Action = Literal[
    "see",
    "annotate",
    "save",
    "upload",
    "publish",
    "withdraw",
    "present",
    "acknowledge",
    "agree",
    "export",
    "release",
    "view_as",
    "audit",
    "administer",
    "report",
    "grade",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
_LATER: Final[frozenset[Action]] = frozenset({"report", "grade"})
"""Actions that policy files of earlier versions do not name: nobody may do them there."""
_MOST_BYTES: Final = 200_000
_REMEDY: Final = "see docs/access.md"


def _check_label(label: str) -> str:
    if label not in MARKINGS:
        raise ValueError(f"use one of {', '.join(MARKINGS)}")
    return label


AgencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,11}$")]
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,29}$")]
Label = Annotated[str, AfterValidator(_check_label)]
SmallestCount = Annotated[int, Field(ge=2, le=1000)]
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


class _PolicyPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AgencyRule(_PolicyPart):
    """An agency: its title, what limits all of its people, whom to ask, and its own counties.

    The page that opens first for people of an agency with counties is the brief of these.
    """

    title: Line
    contact: Line | None = None
    counties: list[Line] = Field(default_factory=list)
    highest: Label | None = None
    names_withheld: bool = True


class RoleRule(_PolicyPart):
    """What a role may do, and the roles whose rights it has as well."""

    includes: list[RoleName] = Field(default_factory=list)
    may: list[Action] = Field(default_factory=list)


class GrantRule(_PolicyPart):
    """What people have who are known by a group or by the room key."""

    agency: AgencyCode
    roles: list[RoleName] = Field(min_length=1)
    highest: Label | None = None


class PolicyFile(_PolicyPart):
    """The whole file."""

    host: AgencyCode
    agencies: dict[AgencyCode, AgencyRule]
    roles: dict[RoleName, RoleRule]
    room: GrantRule
    groups: dict[Line, GrantRule] = Field(default_factory=dict)
    smallest_count: dict[Label, SmallestCount] = Field(default_factory=dict)
    views_from: Label = "TLP:AMBER+STRICT"

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        stated = {"room": self.room} | {f"groups.{n}": each for n, each in self.groups.items()}
        agencies = {"host": self.host} | {f"{n}.agency": e.agency for n, e in stated.items()}
        roles = {f"roles.{n}.includes": each.includes for n, each in self.roles.items()}
        roles |= {f"{n}.roles": each.roles for n, each in stated.items()}
        for place, code in agencies.items():
            if code not in self.agencies:
                raise ValueError(
                    f"{place}: no agency {code!r}: {list_known('agencies', self.agencies)}"
                )
        for place, names in roles.items():
            for name in names:
                if name not in self.roles:
                    raise ValueError(
                        f"{place}: no role {name!r}: {list_known('roles', self.roles)}"
                    )
        granted = {action for rule in self.roles.values() for action in rule.may}
        for action in ACTIONS:
            if action not in granted | _LATER:
                raise ValueError(f"roles: no role may {action}: grant it to one")
        return self

    @model_validator(mode="after")
    def _check_circles(self) -> Self:
        for name in self.roles:
            if name in self._included(name, frozenset()):
                raise ValueError(f"roles.{name}.includes: the role includes itself")
        return self

    def _included(self, name: str, seen: frozenset[str]) -> frozenset[str]:
        for inner in self.roles[name].includes:
            if inner not in seen:
                seen |= self._included(inner, seen | {inner})
        return seen


class _StrictLoader(yaml.SafeLoader):
    """Reads YAML, and refuses a key that is stated twice: the first would be dropped unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping whose keys differ."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{str(key)[:60]!r} is stated twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def read_policy_file(path: Path) -> PolicyFile:
    """Read a policy file; SettingsError names the file, the place, the value and the remedy."""
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise SettingsError(
                f"{path}: {size:,} bytes are too many for a policy: use at most {_MOST_BYTES:,}"
            )
        # A subclass of the safe loader.
        stored = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506
        return PolicyFile.model_validate(stored)
    except ValidationError as fault:
        raise SettingsError(_describe(path, fault)) from fault
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        stated = " ".join(str(fault).split())
        raise SettingsError(f"{path}: the policy cannot be read: {stated}; {_REMEDY}") from fault


def _describe(path: Path, fault: ValidationError) -> str:
    first = fault.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "[key]")
    message = first["msg"].removeprefix("Value error, ")
    value = first["input"]
    # Of a whole section the fault's own words name what is wrong.
    stated = "" if isinstance(value, dict | list | _PolicyPart) else f" is {str(value)[:60]!r}"
    return f"{path}: {place}{stated}: {message}; {_REMEDY}" if place else f"{path}: {message}"


def list_known(what: str, names: Iterable[str]) -> str:
    """Return what of a kind the policy has."""
    return f"the policy has the {what} {', '.join(names)}"
