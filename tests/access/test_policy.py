"""Tests of the policy: which role may do what, and which viewer somebody is."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from cop.access.policy import PHRASES, USUAL_HIGHEST, Policy, read_policy
from cop.access.policy_file import ACTIONS, Action
from cop.errors import AccessError
from cop.model.marking import MARKINGS
from cop.resource import package_path
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access

SEES = {"see", "export", "report"}
RIGHTS = {
    "viewer": SEES,
    "analyst": SEES | {"annotate", "save", "upload", "grade"},
    "commander": SEES | {"annotate", "save", "present", "acknowledge", "agree", "grade"},
    "curator": SEES
    | {"annotate", "save", "upload", "grade", "publish", "withdraw", "release", "view_as"},
    "operator": SEES | {"administer", "audit"},
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return shipped_policy()


@pytest.mark.parametrize("role", RIGHTS)
def test_each_role_may_what_the_file_says_and_nothing_else(policy: Policy, role: str) -> None:
    viewer = replace(policy.operator(), roles=frozenset({role}))
    assert {action for action in ACTIONS if policy.may(viewer, action)} == RIGHTS[role]
    assert policy.rights([role]) == RIGHTS[role]


def test_roles_add_up_and_unknown_ones_grant_nothing(policy: Policy) -> None:
    both = frozenset({"commander", "curator"})
    assert policy.rights(both) == RIGHTS["commander"] | RIGHTS["curator"]
    nobody = replace(policy.operator(), roles=frozenset({"chief", ""}))
    assert not any(policy.may(nobody, action) for action in ACTIONS)
    assert not any(policy.may(replace(nobody, roles=frozenset()), each) for each in ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_refusal_names_the_roles_that_may(policy: Policy, action: Action) -> None:
    nobody = replace(policy.operator(), roles=frozenset())
    with pytest.raises(AccessError) as refused:
        policy.check(nobody, action)
    able = [role for role in policy.roles if action in RIGHTS[role]]
    assert f"you may not {PHRASES[action]}: it needs the role " in str(refused.value)
    assert all(role in str(refused.value) for role in able)
    assert str(refused.value).endswith("your roles: none")
    policy.check(policy.operator(), action)


def test_who_comes_with_the_room_key_is_not_verified(policy: Policy) -> None:
    viewer = policy.room_viewer("abc", name="Avery")
    assert (viewer.id, viewer.agency, viewer.origin) == ("room:abc", "JTF", "room key")
    assert viewer.roles == {"commander", "curator"}
    assert viewer.highest == "TLP:AMBER+STRICT"
    assert not viewer.verified
    assert not viewer.is_operator


def test_the_operator_may_everything(policy: Policy) -> None:
    viewer = policy.operator()
    assert policy.rights(viewer.roles) == {*ACTIONS}
    assert (viewer.id, viewer.agency, viewer.highest) == ("operator", "", "TLP:RED")
    assert viewer.is_operator


def test_the_highest_label_is_limited_by_the_agency(policy: Policy) -> None:
    assert policy.settle_highest("JTF", None) == USUAL_HIGHEST
    assert policy.settle_highest("JTF", "TLP:RED") == "TLP:RED"
    assert policy.settle_highest("SO-1", "TLP:RED") == "TLP:AMBER"
    assert policy.settle_highest("SO-1", "TLP:GREEN") == "TLP:GREEN"
    assert policy.settle_highest("SO-1", None) == "TLP:AMBER"


@pytest.fixture
def grouped(tmp_path: Path) -> Policy:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["groups"] = {
        "analysts": {"agency": "JTF", "roles": ["analyst"], "highest": "TLP:RED"},
        "leads": {"agency": "JTF", "roles": ["commander"]},
        "county": {"agency": "SO-1", "roles": ["viewer"], "highest": "TLP:RED"},
    }
    path = tmp_path / "access.yaml"
    path.write_text(yaml.safe_dump(stored))
    return read_policy(path)


def test_small_counts_are_left_out_up_to_the_label_that_is_stated(policy: Policy) -> None:
    person = replace(policy.operator(), agency="JTF", origin="local")
    found = {label: policy.release(replace(person, highest=label)) for label in MARKINGS}
    smallest = {label: one.smallest_count for label, one in found.items() if one is not None}
    assert smallest == {
        "TLP:CLEAR": 10, "TLP:GREEN": 5, "TLP:AMBER": 1, "TLP:AMBER+STRICT": 1, "TLP:RED": 1,
    }  # fmt: skip
    clear, red = found["TLP:CLEAR"], found["TLP:RED"]
    assert clear is not None
    assert red is not None
    assert red.seen_by(clear).smallest_count == 10
    assert clear.seen_by(red).smallest_count == 10


@pytest.fixture
def changed(tmp_path: Path) -> Policy:
    path = tmp_path / "access.yaml"
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    path.write_text(yaml.safe_dump(stored | {"smallest_count": {"TLP:AMBER": 3}}))
    return read_policy(path)


def test_a_count_that_is_stated_for_a_label_is_for_the_lower_ones_too(changed: Policy) -> None:
    deputy = replace(changed.operator(), agency="SO-1", origin="local", highest="TLP:CLEAR")
    release = changed.release(deputy)
    assert release is not None
    assert release.smallest_count == 3
    assert changed.agency_release("SO-1").smallest_count == 3
    assert changed.agency_release("JTF").smallest_count == 1


def test_groups_become_roles_of_one_agency(grouped: Policy) -> None:
    def of(*groups: str) -> tuple[str, frozenset[str], str]:
        viewer = grouped.grouped_viewer("oidc:1", name="A", groups=groups, origin="oidc")
        assert viewer.verified
        return viewer.agency, viewer.roles, viewer.highest

    assert of("analysts", "other") == ("JTF", {"analyst"}, "TLP:RED")
    assert of("leads", "analysts") == ("JTF", {"analyst", "commander"}, "TLP:RED")
    assert of("leads") == ("JTF", {"commander"}, USUAL_HIGHEST)
    assert of("county") == ("SO-1", {"viewer"}, "TLP:AMBER")
    with pytest.raises(AccessError, match="none of your groups"):
        of("other")
    with pytest.raises(AccessError, match="none of your groups"):
        of()
    with pytest.raises(AccessError, match="several agencies"):
        of("county", "leads")


def test_what_can_be_read_is_of_agencies_the_room_groups_and_people(grouped: Policy) -> None:
    found = grouped.list_releases([("CBP", "TLP:RED"), ("DPS", "TLP:RED"), ("CBP", "TLP:RED")])
    assert len({*found}) == len(found)
    assert {grouped.agency_release(code) for code in grouped.agencies} <= {*found}
    assert grouped.release(grouped.room_viewer("1", name="x")) in found
    own = {one.agency: one.highest for one in found if one.highest == "TLP:RED"}
    assert own.keys() == {"JTF", "CBP"}


def test_a_person_must_fit_the_policy(policy: Policy) -> None:
    policy.check_person(agency="JTF", roles=["viewer"], highest="TLP:RED")
    with pytest.raises(AccessError, match=r"no agency 'XX': .* JTF, CBP"):
        policy.check_person(agency="XX", roles=["viewer"])
    with pytest.raises(AccessError, match=r"no role 'chief': .* viewer, analyst"):
        policy.check_person(agency="JTF", roles=["chief"])
    with pytest.raises(AccessError, match=r"label 'RED': use one of TLP:CLEAR"):
        policy.check_person(agency="JTF", roles=["viewer"], highest="RED")


def test_decisions_leave_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        shipped_policy()
    assert caplog.records == []


@pytest.mark.parametrize(
    ("marking", "is_recorded"),
    [
        ("TLP:CLEAR", False),
        ("TLP:AMBER", False),
        ("TLP:AMBER+STRICT", True),
        ("TLP:RED", True),
        ("TLP:GREEN//REL TO DPS", True),
        ("TLP:CLEAR//NOT RELEASABLE", True),
        ("", True),
        ("secret", True),
    ],
)
def test_views_are_recorded_from_a_label_on_and_of_what_names_agencies(
    policy: Policy, marking: str, is_recorded: bool
) -> None:
    assert policy.records_view(marking) is is_recorded
