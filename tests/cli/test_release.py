"""Commands that write records out for an agency: what it may read, and nothing else."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from cop.cli.release import WrittenFor, read_written_for
from cop.errors import AccessError
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.room.alert import Alerts
from cop.store.warehouse import Warehouse
from tests.support.canary import MarkedRoom, build_room
from tests.support.invoked import invoke, read_refusal
from tests.support.matrix import matrix_policy
from tests.support.matrix_file import DECODERS
from tests.support.released import release_to

pytestmark = pytest.mark.access

SOME = [
    release_to("DPS", "TLP:AMBER"),
    release_to("JTF", "TLP:RED"),
    release_to("CBP", "TLP:CLEAR"),
]


@pytest.fixture(scope="module")
def room(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> MarkedRoom:
    """Records of every marking; each is found by its mark."""
    room = build_room(bare_warehouse, tmp_path_factory.mktemp("released"))
    with closing(Warehouse(room.settings)) as warehouse:
        room.fill(QueryService(warehouse, tile_cache_mb=1))
    room.freeze()
    matrix_policy(room.settings.data.parent)
    return room


@pytest.fixture
def policy(room: MarkedRoom) -> Path:
    return room.settings.data.parent / "access.yaml"


def test_a_layer_is_written_for_who_may_read_it(
    room: MarkedRoom, policy: Path, tmp_path: Path
) -> None:
    out, data = tmp_path / "out.kmz", ("--data", room.settings.data, "--access", policy)
    for release in SOME:
        words = ("--as", release.agency, "--highest", release.highest)
        for name, features in list(room.features.items())[:6]:
            done = invoke("layer", "export", name, out, *words, *data)
            if not room.records[name].is_for(release):
                assert f"no layer {name!r}" in read_refusal(done)
                assert not out.exists()
                continue
            assert done.exit_code == 0, done.stderr
            marking = room.records[name].marking
            assert f"{marking}, for {release.agency} up to {release.highest}" in done.stdout
            content = DECODERS["kmz"](out.read_bytes())
            assert room.found_in(content) >= {*features}
            assert room.leaks(release, content) == set()
            assert marking.split("//")[0].encode() in content
            out.unlink()
    withheld = next(one for one in room.features if not room.records[one].is_for(SOME[0]))
    assert invoke("layer", "export", withheld, out, "--data", data[1]).exit_code == 0


def test_a_hand_out_is_written_for_who_may_read_it(
    room: MarkedRoom, policy: Path, tmp_path: Path
) -> None:
    data = ("--data", room.settings.data, "--access", policy)
    picture_id = next(one for one, names in room.shown.items() if names == ("events", "sensors"))
    for release in SOME:
        words = ("--as", release.agency, "--highest", release.highest)
        out = tmp_path / "out.csv"
        done = invoke("handout", "--picture", picture_id, out, *words, *data)
        assert done.exit_code == 0, done.stderr
        content = out.read_bytes()
        assert room.leaks(release, content) == set()
        assert room.found_in(content) >= room.readable(release, "event", "sensor")
        assert f"for {release.agency} up to {release.highest}" in done.stderr
        for saved_id, token in room.pictures.items():
            if token not in room.readable(release, "picture"):
                refused = invoke("handout", "--picture", saved_id, out, *words, *data)
                assert "no picture" in read_refusal(refused)
                break
    done = invoke("handout", "--picture", picture_id, tmp_path / "all.csv", *data)
    assert room.found_in((tmp_path / "all.csv").read_bytes()) >= {
        *room.tokens("event"), *room.tokens("sensor")
    }  # fmt: skip


def test_an_alert_is_written_for_who_may_read_it(room: MarkedRoom, policy: Path) -> None:
    data = ("--data", room.settings.data, "--access", policy)
    alerts = Alerts(room.settings)
    whole = alerts.list()
    for release in SOME:
        words = ("--as", release.agency, "--highest", release.highest)
        own = alerts.released_to(release).list()
        assert len(own) == len(room.readable(release, "alert"))
        for alert in own[:3]:
            done = invoke("alerts", "export", alert.id, *words, *data)
            assert done.exit_code == 0, done.stderr
            assert room.found_in(done.stdout.encode()) == {alert.finding.sector_name}
        refused = invoke("alerts", "export", whole[0].id, *words, *data)
        assert whole[0].id in read_refusal(refused), "of another set"


def test_coverage_is_written_for_who_may_read_it(
    room: MarkedRoom, policy: Path, tmp_path: Path
) -> None:
    data = ("--data", room.settings.data, "--access", policy)
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    for release in SOME[:2]:
        words = ("--as", release.agency, "--highest", release.highest, "--cell", "2000", "--json")
        done = invoke("coverage", "export", tmp_path / "out", *words, *data)
        assert done.exit_code == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["marking"].startswith("TLP:")
        areas = pd.read_parquet(told["areas"]).to_csv().encode()
        assert room.leaks(release, areas) == set()
        assert room.found_in(areas) == room.readable(release, "sensor")


def test_whom_it_is_written_for_is_recorded(room: MarkedRoom, policy: Path, tmp_path: Path) -> None:
    data = ("--data", room.settings.data)
    name = next(one for one in room.features if room.records[one].is_for(SOME[1]))
    words = ("--as", "JTF", "--highest", "TLP:RED", "--access", policy)
    assert invoke("layer", "export", name, tmp_path / "o.csv", *words, *data).exit_code == 0
    listed = invoke("audit", "list", "--action", "export", "--limit", "1", "--json", *data).stdout
    (entry,) = json.loads(listed)["entries"]
    detail = json.loads(entry["detail"])
    assert (detail["for"], detail["highest"]) == ("JTF", "TLP:RED")


def test_what_the_policy_does_not_have_is_refused(policy: Path, tmp_path: Path) -> None:
    store = StoreSettings(data=tmp_path / "none")
    assert read_written_for(None, None, policy, store=store) == WrittenFor()
    assert WrittenFor().words == ""
    assert WrittenFor().detail == {}
    for agency, highest, words in (
        (None, "TLP:RED", "name it with --as AGENCY"),
        ("NONE", None, "no agency 'NONE'"),
        ("JTF", "RED", "label 'RED': use one of TLP:CLEAR"),
    ):
        with pytest.raises(AccessError, match=words):
            read_written_for(agency, highest, policy, store=store)
    found = read_written_for("DPS", None, policy, store=store).release
    assert found is not None
    assert found.highest == "TLP:AMBER+STRICT"
