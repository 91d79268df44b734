"""Tests of the policy file: what is refused, with the file, the place and the value."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.access.policy_file import ACTIONS, read_policy_file
from cop.errors import SettingsError
from cop.resource import package_path

pytestmark = pytest.mark.access

SHIPPED = package_path("data", "access.yaml")


def write(folder: Path, **changes: Any) -> Path:
    """Write the shipped policy with other parts; a part that is None is left out."""
    stored = yaml.safe_load(SHIPPED.read_text()) | changes
    path = folder / "access.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in stored.items() if v is not None}))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as refused:
        read_policy_file(path)
    assert str(refused.value).startswith(f"{path}: ")
    return str(refused.value)


def test_the_shipped_policy_is_read() -> None:
    file = read_policy_file(SHIPPED)
    assert file.host == "JTF"
    assert file.agencies["SO-1"].names_withheld
    assert file.room.roles == ["commander", "curator"]
    assert {action for rule in file.roles.values() for action in rule.may} == {*ACTIONS}


ROOM = {"agency": "JTF", "roles": ["viewer"]}


@pytest.mark.parametrize(
    ("changes", "stated"),
    [
        ({"host": "XYZ"}, "host: no agency 'XYZ': the policy has the agencies CBP, DPS"),
        ({"host": "jtf"}, "host is 'jtf'"),
        ({"host": None}, "host: Field required"),
        ({"extra": 1}, "extra is '1': Extra inputs are not permitted"),
        ({"room": ROOM | {"agency": "XYZ"}}, "room.agency: no agency 'XYZ'"),
        ({"room": ROOM | {"roles": ["chief"]}}, "room.roles: no role 'chief': the policy has"),
        ({"room": ROOM | {"roles": []}}, "room.roles: List should have at least 1 item"),
        ({"room": ROOM | {"highest": "TLP:PINK"}}, "room.highest is 'TLP:PINK': use one of TLP:C"),
        ({"groups": {"g": ROOM | {"roles": ["x"]}}}, "groups.g.roles: no role 'x'"),
        ({"agencies": {"JTF": {"title": ""}}}, "agencies.JTF.title is ''"),
        ({"smallest_count": {"TLP:PINK": 5}}, "smallest_count.TLP:PINK"),
        ({"smallest_count": {"TLP:GREEN": 1}}, "smallest_count.TLP:GREEN is '1'"),
        ({"smallest_count": {"TLP:GREEN": "x"}}, "smallest_count.TLP:GREEN is 'x'"),
        ({"agencies": {"JTF": {"title": "J", "names_withheld": 2}}}, "names_withheld is '2'"),
        ({"agencies": {"JTF": {"title": "J", "names_withheld": "x"}}}, "names_withheld is 'x'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, Any], stated: str) -> None:
    assert stated in refusal(write(tmp_path, **changes))


def roles_with(**changes: Any) -> dict[str, Any]:
    stored: dict[str, Any] = yaml.safe_load(SHIPPED.read_text())["roles"]
    return stored | changes


@pytest.mark.parametrize(
    ("roles", "stated"),
    [
        (roles_with(operator={"may": ["administer"]}), "roles: no role may audit: grant it"),
        (roles_with(viewer={"may": ["look"]}), "roles.viewer.may.0 is 'look'"),
        (roles_with(viewer={"includes": ["nobody"]}), "roles.viewer.includes: no role 'nobody'"),
        (roles_with(viewer={"includes": ["analyst"], "may": ["see", "export"]}), "includes itself"),
        (roles_with(viewer={"includes": ["viewer"], "may": ["see", "export"]}), "includes itself"),
    ],
)
def test_roles_that_are_wrong_are_named(tmp_path: Path, roles: dict[str, Any], stated: str) -> None:
    assert stated in refusal(write(tmp_path, roles=roles))


def test_a_part_that_is_stated_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "access.yaml"
    path.write_text(SHIPPED.read_text() + "\nhost: CBP\n")
    assert "'host' is stated twice" in refusal(path)


def test_what_is_no_policy_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "access.yaml"
    assert "the policy cannot be read" in refusal(path)
    path.write_bytes(b"\xff\xfe")
    assert "the policy cannot be read" in refusal(path)
    path.write_text("- a\n- b\n")
    refusal(path)
    path.write_text("!!python/object/apply:os.system [id]")
    assert "the policy cannot be read" in refusal(path)
    path.write_text("#" * 300_000)
    assert "too many for a policy" in refusal(path)
