"""Tests of TAK data packages: as another program reads ours, and hostile ones, refused in words."""

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring as parse_xml

from cop.errors import TakError
from cop.exchange.tak.data_package import MANIFEST, read_data_package, write_data_package
from cop.exchange.tak.message import render_message
from cop.settings import StoreSettings, UploadSettings
from tests.exchange.tak.test_message import make_message
from tests.exchange.tak.test_relay import NODE, make_events
from tests.support.invoked import invoke, read_refusal
from tests.support.published import read_published
from tests.support.store import publish_events
from tests.support.tak import write_policy, write_tak_file
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.exchange
AT = datetime(2026, 11, 24, 18, 30)
MANIFEST_TEXT = '<MissionPackageManifest version="2"><Contents/></MissionPackageManifest>'
LIMITS = UploadSettings()


def pack(path: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def event(uid: str = "A-1") -> str:
    return render_message(make_message(uid=uid), at=AT)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    messages = {f"u{i}": make_message(uid=f"u{i}") for i in range(3)}
    path = tmp_path / "out.zip"
    write_data_package(path, messages, name="cop", at=AT)
    assert sorted(one.uid for one in read_data_package(path, LIMITS)) == ["u0", "u1", "u2"]
    with zipfile.ZipFile(path) as packed:
        manifest = parse_xml(packed.read(MANIFEST))
        listed = [content.get("zipEntry") for content in manifest.iter("Content")]
        assert listed == ["u0/u0.cot", "u1/u1.cot", "u2/u2.cot"]
        assert {*packed.namelist()} == {MANIFEST, *listed}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.cot": event()}, "not a TAK data package: it has no MANIFEST/manifest.xml"),
        ({MANIFEST: "<other/>", "a.cot": event()}, "is not the manifest of a data package"),
        ({MANIFEST: MANIFEST_TEXT}, "no Cursor-on-Target message with a position"),
        ({MANIFEST: MANIFEST_TEXT, "../a.cot": event()}, "leads out of the archive"),
        ({MANIFEST: MANIFEST_TEXT, "/etc/a.cot": event()}, "is an absolute path"),
        ({MANIFEST: MANIFEST_TEXT, "C:/a.cot": event()}, "is an absolute path"),
        ({MANIFEST: MANIFEST_TEXT, "a\\b.cot": event()}, "backslash"),
        ({MANIFEST: MANIFEST_TEXT, "a.zip": b"PK"}, "is an archive inside the archive"),
        ({MANIFEST: MANIFEST_TEXT, "a.cot": '<!DOCTYPE e [<!ENTITY a "b">]><event>&a;</event>'},
         "declares a document type or entities"),
        ({MANIFEST: MANIFEST_TEXT, "a.cot": "<event>" + "x" * 600_000 + "</event>"},
         "larger than 500,000 bytes"),
        ({MANIFEST: MANIFEST_TEXT, "a.cot": event(), "bomb.jpg": b"\0" * 60_000_000},
         "times its size"),
        ({MANIFEST: MANIFEST_TEXT, **{f"{i}.cot": "" for i in range(2_001)}},
         "2002 files inside; at most 2000"),
    ],
)  # fmt: skip
def test_a_hostile_package_is_refused_with_a_clear_word(
    tmp_path: Path, members: dict[str, str | bytes], words: str
) -> None:
    with pytest.raises(TakError, match=words.replace("(", r"\(")) as refused:
        read_data_package(pack(tmp_path / "in.zip", members), LIMITS)
    assert "in.zip" in str(refused.value)


def test_a_link_and_what_is_no_zip_are_refused(tmp_path: Path) -> None:
    link = tmp_path / "link.zip"
    with zipfile.ZipFile(link, "w") as packed:
        packed.writestr(MANIFEST, MANIFEST_TEXT)
        entry = zipfile.ZipInfo("a.cot")
        entry.external_attr = 0o120777 << 16
        packed.writestr(entry, "/etc/passwd")
    with pytest.raises(TakError, match="is a link or a device"):
        read_data_package(link, LIMITS)
    other = tmp_path / "other.zip"
    other.write_bytes(b"no zip")
    with pytest.raises(TakError, match="not a readable zip"):
        read_data_package(other, LIMITS)


def test_a_message_that_is_none_does_not_cost_the_others(tmp_path: Path) -> None:
    members = {MANIFEST: MANIFEST_TEXT, "a.cot": event(), "b.cot": "<event", "c.jpg": b"x"}
    assert len(read_data_package(pack(tmp_path / "in.zip", members), LIMITS)) == 1


@pytest.fixture
def options(bare_warehouse: Path, tmp_path: Path) -> Callable[[str], list[str | Path]]:
    """The options of a command on a server of an agency."""

    def open_as(host: str, **stated: Any) -> list[str | Path]:
        folder = tmp_path / host
        folder.mkdir()
        data = copy_warehouse(bare_warehouse, folder / "data")
        if host == "JTF":
            publish_events(StoreSettings(data=data), make_events(40, marking="TLP:AMBER"))
        given = write_tak_file(folder, **stated)
        return ["--data", data, "--tak-file", given, "--access", write_policy(folder, host)]

    return open_as


@pytest.mark.full
def test_a_data_package_goes_from_one_server_to_another_and_node_cot_reads_it(
    options: Callable[..., list[str | Path]], tmp_path: Path
) -> None:
    own, path = options("JTF"), tmp_path / "out.zip"
    done = invoke("tak", "export", path, *own)
    assert f"{path}: 40 records for TAK-1, TLP:AMBER" in done.stdout
    # The peer removes what it has read.
    given_away = shutil.copy(path, tmp_path / "away.zip")
    said = subprocess.run(
        [*NODE, "--package"], input=json.dumps(str(given_away)) + "\n", capture_output=True,
        text=True, check=True, timeout=120,
    )  # fmt: skip
    opened = json.loads(said.stdout)
    assert len({*opened["uids"]}) == 40
    assert opened["name"].startswith("cop JTF ")
    other = options("DPS", out=None, **{"in": {}})
    taken = json.loads(invoke("tak", "import", path, "--json", *other).stdout)
    assert taken == {"messages": 40, "taken": 40}
    events = read_published(Path(str(other[1])))
    assert {*events["marking"]} == {"TLP:AMBER"}
    assert (len(events), {*events["kind"]}) == (40, {"crossing"})
    assert "nothing is taken" in read_refusal(invoke("tak", "import", path, *own))


def test_its_own_records_are_not_taken_back(
    options: Callable[..., list[str | Path]], tmp_path: Path
) -> None:
    own, path = options("JTF", **{"in": {}}), tmp_path / "out.zip"
    invoke("tak", "export", path, *own)
    taken = json.loads(invoke("tak", "import", path, "--json", *own).stdout)
    assert taken == {"messages": 40, "taken": 0}


def test_a_target_is_a_zip(options: Callable[..., list[str | Path]], tmp_path: Path) -> None:
    refused = invoke("tak", "export", tmp_path / "out.tar", *options("DPS"))
    assert "a data package is a file *.zip" in read_refusal(refused)
