"""Tests of the file of own units: what is fresh and released, for its owner alone."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from cop.exchange.tak.live import LIVE_FOLDER, read_live, remove_live, write_live
from cop.model.giving import Giver, GivingRules, Grant
from cop.model.release import Release
from tests.model.test_own_unit import AT, own_unit

pytestmark = pytest.mark.exchange


def callsigns(
    folder: Path, release: Release | None = None, records: str = "real", after_s: float = 0
) -> list[str]:
    found = read_live(
        folder,
        release=release,
        records=records,
        now=AT + timedelta(seconds=after_s),  # type: ignore[arg-type]
    )
    return [unit.callsign for live in found for unit in live.units]


def test_it_is_for_its_owner_alone_and_replaced_as_a_whole(tmp_path: Path) -> None:
    write_live(tmp_path, "TAK-1", [own_unit()])
    write_live(tmp_path, "TAK-1", [own_unit(callsign="RANGER 2")])
    (path,) = (tmp_path / LIVE_FOLDER).iterdir()
    assert path.name == "units-TAK-1.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert callsigns(tmp_path) == ["RANGER 2"]
    remove_live(tmp_path, "TAK-1")
    remove_live(tmp_path, "TAK-1")
    assert not (tmp_path / LIVE_FOLDER).exists()


def test_a_server_takes_its_own_file_alone_away(tmp_path: Path) -> None:
    write_live(tmp_path, "TAK-1", [own_unit()])
    write_live(tmp_path, "TAK-2", [own_unit(callsign="OTHER")])
    write_live(tmp_path, "TAK-1", [])
    assert callsigns(tmp_path) == ["OTHER"]


def test_what_a_killed_process_left_is_ignored_once_it_is_stale(tmp_path: Path) -> None:
    write_live(tmp_path, "TAK-1", [own_unit()])
    assert callsigns(tmp_path, after_s=119) == ["RANGER 1"]
    assert callsigns(tmp_path, after_s=120) == []


def test_each_unit_is_released_by_its_own_marking(tmp_path: Path) -> None:
    marked = {
        "GREEN": "TLP:GREEN", "STRICT": "TLP:AMBER+STRICT", "RED": "TLP:RED",
        "DPS": "TLP:GREEN//REL TO DPS", "UNKNOWN": "whatever",
    }  # fmt: skip
    units = [own_unit(callsign=name, marking=marking) for name, marking in marked.items()]
    write_live(tmp_path, "TAK-1", units)
    assert callsigns(tmp_path) == [*marked]
    assert callsigns(tmp_path, Release(agency="JTF")) == ["GREEN", "STRICT"]
    assert callsigns(tmp_path, Release(agency="DPS", highest="TLP:AMBER")) == ["GREEN", "DPS"]
    # Who looks as another agency sees what both may read.
    seen = Release(agency="DPS", highest="TLP:AMBER", shown_to="JTF")
    assert callsigns(tmp_path, seen) == ["GREEN"]


def test_what_is_given_by_rules_has_no_units(tmp_path: Path) -> None:
    write_live(tmp_path, "TAK-1", [own_unit(marking="TLP:CLEAR")])
    grant = Grant(
        code="DPS", rules=GivingRules(), hop_limit=1, giver=Giver(agency="JTF", secret=b"k")
    )
    given = Release(agency="DPS", grant=grant)
    assert callsigns(tmp_path, given) == []


def test_made_up_units_are_never_among_real_ones(tmp_path: Path) -> None:
    units = [own_unit(), own_unit(callsign="EX", made_up="EXERCISE")]
    write_live(tmp_path, "TAK-1", units)
    assert callsigns(tmp_path) == ["RANGER 1"]
    assert callsigns(tmp_path, records="synthetic") == ["EX"]


def test_what_is_no_file_of_units_has_none(tmp_path: Path) -> None:
    folder = tmp_path / LIVE_FOLDER
    folder.mkdir()
    wrong = {"agency": "TAK-1", "units": [{"callsign": "<b>"}]}
    (folder / "units-A.json").write_text(json.dumps(wrong))
    (folder / "units-B.json").write_text("{")
    (folder / "units-C.json").write_bytes(b"\xff" * 3_000_000)
    (folder / "units-D.json").mkdir()
    (folder / "units-E.json").symlink_to(folder / "nowhere")
    assert callsigns(tmp_path) == []
