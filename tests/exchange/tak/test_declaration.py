"""Tests of what a TAK server is given and takes, as its file declares it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cop.access.policy import read_policy
from cop.errors import SettingsError
from cop.exchange.tak.declaration import (
    TakDeclaration,
    describe_declaration,
    read_declaration,
)
from cop.resource import package_path
from tests.support.tak import read_types, write_policy, write_tak_file

pytestmark = pytest.mark.exchange


def declared(folder: Path, *, types: Path | None = None, **stated: Any) -> TakDeclaration:
    policy = read_policy(write_policy(folder))
    path = write_tak_file(folder, **stated)
    return read_declaration(path, types or package_path("data", "tak.yaml"), policy)


def test_nothing_goes_out_or_in_unless_it_is_stated(tmp_path: Path) -> None:
    found = declared(tmp_path, out=None)
    assert not any(
        found.server.gives(part) for part in ("events", "alerts", "annotations", "sensors")
    )
    assert found.server.into is None
    assert describe_declaration(found) == {
        "gives": "nothing", "takes": "nothing", "exercise": False,
    }  # fmt: skip


def test_units_are_left_out_unless_they_are_stated(tmp_path: Path) -> None:
    assert "units" not in describe_declaration(declared(tmp_path, **{"in": {}}))
    for units, words in ((True, "shown live, not stored"), ("anonymous", "without callsigns")):
        found = declared(tmp_path, **{"in": {"units": units}})
        assert words in str(describe_declaration(found)["units"])


def test_its_agency_limits_what_its_rules_state(tmp_path: Path) -> None:
    found = declared(tmp_path, out={"parts": ["events"], "rules": {"highest": "TLP:RED"}})
    assert (found.release.agency, found.release.highest) == ("TAK-1", "TLP:AMBER")
    stated = describe_declaration(found)["rules"]
    assert isinstance(stated, dict)
    assert stated["highest"] == "TLP:AMBER"


def test_the_larger_of_two_smallest_counts_counts(tmp_path: Path) -> None:
    policy = yaml.safe_load(write_policy(tmp_path).read_text())
    policy["smallest_count"] = {"TLP:GREEN": 5}
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(policy))
    own, types = read_policy(tmp_path / "p.yaml"), package_path("data", "tak.yaml")
    for stated, least in ((1, 5), (8, 8)):
        rules = {"highest": "TLP:GREEN", "smallest_count": stated}
        path = write_tak_file(tmp_path, out={"parts": ["events"], "rules": rules})
        assert read_declaration(path, types, own).release.smallest_count == least


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"agency": "JTF"}, "agency JTF is this server's own"),
        ({"agency": "NONE"}, "agency NONE is not in the policy"),
        ({"agency": "a"}, "agency: 'a': .*use 2 to 12"),
        ({"out": {"parts": ["positions"]}}, "out.parts.0: 'positions'"),
        ({"out": {"parts": ["events"], "rules": {"kinds": ["person"]}}}, "kind 'person'"),
        ({"out": {"parts": ["events"], "rules": {"parts": ["events"]}}}, "state `parts` beside"),
        ({"out": {"parts": ["sensors"], "rules": {"precision": "1km"}}}, "give events alone"),
        ({"in": {"marking": "TLP:PINK"}}, "TLP:PINK"),
        ({"in": {"units": "anonymus"}}, "units.*'anonymus'"),
        ({"in": {"units": True, "units_fresh_s": 601}}, "units_fresh_s: '601'"),
        ({"positions": True}, "positions: 'True'"),
        ({"out": {"parts": ["alerts"], "rules": {"highest": "TLP:GREEN"}}},
         "alerts are found for what people of TAK-1 may read, up to TLP:AMBER, not for TLP:GREEN"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_place(
    tmp_path: Path, stated: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        declared(tmp_path, **stated)
    assert "tak-file.yaml" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sensors": {"type": "a-f-G", "stale_h": 1}}, "no record is an own unit"),
        ({"alerts": {"type": "t-x", "stale_h": 1}}, "no record is an own unit"),
        ({"alerts": {"type": "b m", "stale_h": 1}}, "alerts.type"),
        ({"alerts": {"type": "b-m", "stale_h": 0}}, "alerts.stale_h"),
        ({"incoming": {"a-f-G": "other"}}, "positions of own units are not stored"),
        ({"incoming": {"b-m": "person"}}, "kind 'person'"),
        ({"events": {}}, "events: no type for crossing"),
    ],
)
def test_types_that_cannot_be_are_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    stated = read_types().model_dump() | change
    path = tmp_path / "types.yaml"
    path.write_text(yaml.safe_dump(stated))
    with pytest.raises(SettingsError, match=words):
        declared(tmp_path, types=path)


def test_a_file_that_is_not_there_or_no_yaml_is_named(tmp_path: Path) -> None:
    policy, types = read_policy(write_policy(tmp_path)), package_path("data", "tak.yaml")
    for content in (None, "a: [", "just words"):
        path = tmp_path / "some.yaml"
        if content is not None:
            path.write_text(content)
        with pytest.raises(SettingsError, match=r"some.yaml.*docs/tak.md"):
            read_declaration(path, types, policy)
