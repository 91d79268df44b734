"""The same records and partners as in test_leak, by the real commands and the real server."""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pandas as pd
import pytest
import yaml

from cop.exchange.key import read_keys
from cop.exchange.package import open_package
from cop.model.event import KINDS
from cop.model.filter import Filter
from cop.model.moment import utc_now
from cop.model.picture import Picture, ShownLayer
from cop.resource import package_path
from cop.settings import StoreSettings
from tests.support.access import serving_people
from tests.support.command import run_cop
from tests.support.given_ways import (
    Program,
    all_of_it,
    check_bytes,
    check_catalogue,
    check_features,
    check_figures,
    check_rows,
    check_tiles,
)
from tests.support.given_world import RULES, GivenWorld, build_world
from tests.support.partner import open_office
from tests.support.saved import make_draft

pytestmark = [pytest.mark.exchange, pytest.mark.full]
N = 2_000
GOOD_FOR = timedelta(days=31)


@pytest.fixture(scope="module")
def world(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GivenWorld]:
    """Records up to now, as the commands and the server have it."""
    folder = tmp_path_factory.mktemp("ways")
    office = open_office(bare_warehouse, folder, "JTF")
    yield build_world(office, folder, n=N, now=utc_now().replace(microsecond=0))
    office.close()


def data_of(world: GivenWorld) -> Path:
    return world.office.settings.data


def policy_of(world: GivenWorld) -> Path:
    return data_of(world).parent / "access.yaml"


def run(world: GivenWorld, *words: str | Path, environment: dict[str, str] | None = None) -> str:
    """Run a command on the server's data to its end; return what it prints."""
    own = ("--data", data_of(world), "--access", policy_of(world))
    done = run_cop(*words, *own, environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server(world: GivenWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The server of those records, after surges were looked for in what each partner is given."""
    stated = {"COP_ACCESS": str(policy_of(world))}
    done = run_cop("alerts", "detect", "--data", data_of(world), environment=stated)
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("server")
    with (
        serving_people(data_of(world), folder, environment=stated) as base,
        httpx.Client(base_url=base, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def programs(world: GivenWorld, server: httpx.Client) -> dict[str, Program]:
    """A program of each partner, with a token of its own."""
    return {
        code: Program(server, run(world, "partner", "token", code).split()[-1]) for code in RULES
    }


@pytest.mark.parametrize("code", RULES)
def test_shown_no_way_out_of_2000_records_gives_a_partner_more_than_its_rules(
    world: GivenWorld, programs: dict[str, Program], code: str, tmp_path: Path
) -> None:
    check_package(world, code, tmp_path)
    check_brief(world, code, tmp_path)
    check_handout(world, code, tmp_path)
    check_messages(world, code, tmp_path)
    check_features(world, code, programs[code])
    check_catalogue(world, code, programs[code])
    check_tiles(world, code, programs[code])
    check_figures(world, code, programs[code])
    check_alerts(world, code, programs[code])


def check_package(world: GivenWorld, code: str, folder: Path) -> None:
    path = folder / "x.coppkg"
    run(world, "exchange", "export", code, path, "--whole")
    keys = read_keys(StoreSettings(data=data_of(world).parent / code.lower() / code))
    with open_package(
        path, keys=keys, find_sender=lambda _: world.office.card(), receiver=code, now=utc_now()
    ) as opened:
        content = b"".join(file.read_bytes() for file in opened.folder.iterdir())
        check_rows(world, code, pd.read_parquet(opened.folder / "events.parquet"))
    check_bytes(world, code, content)


def check_brief(world: GivenWorld, code: str, folder: Path) -> None:
    """Count the last 24 h in a county, or in a sector for whom no county is told."""
    path, may = folder / "brief.html", world.may_have(code)
    by = "sector" if world.partners[code].rules.precision == "sector" else "county"
    where = may[by].mode()[0]
    started = utc_now()
    run(world, "brief", "make", path, f"--{by}", where, "--records", "real", "--as", code)
    ended = utc_now()
    own = may[may[by] == where]
    due = [
        count_of_kinds(own[own["occurred_at"].between(at - timedelta(hours=24), at)])
        for at in (started, ended)
    ]
    found = re.findall(r"<li>([^<:]+): ([\d,]+) events?, ([\d,]+) people", path.read_text())
    names = {title: kind for kind, title in KINDS.items()}
    counted = {
        names[title]: (int(n.replace(",", "")), int(people.replace(",", "")))
        for title, n, people in found
        if title in names
    }
    assert counted in due
    assert f"Events as given to {code}" in path.read_text()
    check_bytes(world, code, path.read_bytes())


def count_of_kinds(rows: pd.DataFrame) -> dict[str, tuple[int, int]]:
    return {
        kind: (len(of_kind), int(of_kind["count"].sum())) for kind, of_kind in rows.groupby("kind")
    }


def check_handout(world: GivenWorld, code: str, folder: Path) -> None:
    asked = Picture(
        filter=Filter(records="real", window=all_of_it(world)), shown=(ShownLayer(id="events"),)
    )
    version = world.office.warehouse.snapshot.version
    draft = make_draft(picture=asked, version=version)
    saved = world.office.room.pictures.save(draft, name=f"All for {code}").id
    for name in ("out.csv", "out.html"):
        run(world, "handout", folder / name, "--picture", saved, "--as", code)
        check_bytes(world, code, (folder / name).read_bytes())
    rows = pd.read_csv(folder / "out.csv", parse_dates=["occurred_at"])
    rows["occurred_at"] = rows["occurred_at"].dt.tz_localize(None)
    check_rows(world, code, rows)


def check_messages(world: GivenWorld, code: str, folder: Path) -> None:
    """All events are good for a month there, so that each has its message."""
    types, declared, path = (folder / name for name in ("types.yaml", "tak.yaml", "out.zip"))
    stated = yaml.safe_load(package_path("data", "tak.yaml").read_text())
    for of_kind in stated["events"].values():
        of_kind["stale_h"] = GOOD_FOR.days * 24
    types.write_text(yaml.safe_dump(stated))
    rules = world.partners[code].rules.model_dump(mode="json", exclude={"parts"})
    declared.write_text(
        yaml.safe_dump({"agency": code, "out": {"parts": ["events"], "rules": rules}})
    )
    started = utc_now()
    run(
        world, "tak", "export", path, "--tak-file", declared,
        environment={"COP_TAK_TYPES": str(types)},
    )  # fmt: skip
    ended = utc_now()
    with zipfile.ZipFile(path) as packed:
        contents = [packed.read(name) for name in packed.namelist() if name.endswith(".cot")]
    rows = pd.DataFrame([read_message(one) for one in contents])
    may, delay = world.may_have(code), timedelta(hours=RULES[code].get("delay_h", 0))
    due = [may[may["occurred_at"] + GOOD_FOR + delay > at] for at in (started, ended)]
    check_rows(world, code, rows, next(one for one in due if len(one) == len(rows)))
    check_bytes(world, code, b"".join(contents))


def read_message(content: bytes) -> dict[str, object]:
    event = ET.fromstring(content)  # noqa: S314 our own
    point, own = event.find("point"), event.find("detail/__cop")
    assert point is not None
    assert own is not None
    return {
        "kind": own.attrib["kind"],
        "count": int(own.attrib["count"]),
        "marking": own.attrib["marking"],
        "occurred_at": datetime.fromisoformat(event.attrib["start"]).replace(tzinfo=None),
        "lon": float(point.attrib["lon"]),
        "lat": float(point.attrib["lat"]),
    }


def check_alerts(world: GivenWorld, code: str, program: Program) -> None:
    """Each alert counts what a partner may have, and so does its CAP message."""
    may = world.may_have(code)
    alerts = program.get("/api/alerts", records="real").json()["alerts"]
    assert "TCA" in {alert["sector"] for alert in alerts} or code not in ("CBP", "DPS")
    for alert in alerts:
        started, until = (datetime.fromisoformat(alert[name]) for name in ("started_at", "until"))
        own = may[(may["sector"] == alert["sector"]) & may["occurred_at"].between(started, until)]
        if alert["zone"] is not None:
            own = own[own["segment_id"].between(alert["first_segment"], alert["last_segment"])]
        counted = own["kind"].value_counts().to_dict()
        assert alert["kinds"] == counted
        message = run(world, "alerts", "export", alert["id"], "--as", code)
        stated = message.partition("Records by kind: ")[2].partition(".")[0]
        in_words = dict(reversed(one.split(" ", 1)) for one in stated.split(", "))
        assert in_words == {KINDS[kind].lower(): str(n) for kind, n in counted.items()}
        check_bytes(world, code, message.encode())
