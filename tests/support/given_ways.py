"""What comes out of a server by each way, compared with what a partner may have of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pandas as pd

from cop.model.window import TimeWindow
from tests.support.given_world import DAYS, GivenWorld
from tests.support.matrix import gunzipped, tile_at
from tests.support.tile import held_by

_NEAR_DEG: Final = 3e-5
"""Two ways to project the middle of a square differ by less: 3 m."""


def all_of_it(world: GivenWorld) -> TimeWindow:
    """Return the window of all records."""
    return TimeWindow(start=world.now - timedelta(days=DAYS + 5), end=world.now)


def check_rows(
    world: GivenWorld, code: str, rows: pd.DataFrame, due: pd.DataFrame | None = None
) -> None:
    """Compare what came with what may be had, as multisets; positions by meters."""
    names = ["kind", "count", "occurred_at", "marking"]
    expected = world.may_have(code) if due is None else due
    found, due = (
        frame.astype({"occurred_at": "datetime64[us]"})
        .sort_values([*names, "lon", "lat"])
        .reset_index(drop=True)
        for frame in (rows[[*names, "lon", "lat"]], expected[[*names, "lon", "lat"]])
    )
    pd.testing.assert_frame_equal(found[names], due[names], check_dtype=False)
    away = np.abs(found[["lon", "lat"]].to_numpy(float) - due[["lon", "lat"]].to_numpy(float))
    assert (away < _NEAR_DEG).all()


def check_bytes(world: GivenWorld, code: str, content: bytes) -> None:
    """Look for the marks of records that a partner may not have; coarse ones lose theirs."""
    may = (
        set(world.may_have(code)["id"]) if world.partners[code].rules.precision == "exact" else {""}
    )
    leaks = [one for one in world.records["id"] if one.encode() in content and one not in may]
    assert leaks == []


@dataclass(frozen=True)
class Program:
    """What reads with a token."""

    client: httpx.Client
    token: str

    def ask(self, path: str, **query: Any) -> httpx.Response:
        """Return what is answered."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(path, params=query, headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        """Return what is answered to what is there."""
        answer = self.ask(path, **query)
        assert answer.status_code in (200, 204), (path, answer.text)
        return answer


def check_features(world: GivenWorld, code: str, program: Program) -> None:
    """Read every page of the events as features."""
    features, after, content = [], {}, b""
    while True:
        answer = program.get("/ogc/collections/events/items", limit=150, **after)
        content += answer.content
        found = answer.json()
        features += found["features"]
        onward = [link["href"] for link in found["links"] if link["rel"] == "next"]
        if not onward:
            break
        after = {"after": parse_qs(urlsplit(onward[0]).query)["after"][0]}
    assert found["numberMatched"] == len(world.may_have(code))
    rows = pd.DataFrame(
        [
            {
                **{name: one["properties"][name] for name in ("kind", "count", "marking")},
                "occurred_at": one["properties"]["occurred_at"],
                "lon": one["geometry"]["coordinates"][0],
                "lat": one["geometry"]["coordinates"][1],
            }
            for one in features
        ]
    )
    rows["occurred_at"] = pd.to_datetime(rows["occurred_at"]).dt.tz_localize(None)
    check_rows(world, code, rows)
    check_bytes(world, code, content)


def check_catalogue(world: GivenWorld, code: str, program: Program) -> None:
    """A partner gets files as packages: no file of this server has what its rules give."""
    version = world.office.warehouse.snapshot.version
    listed = program.get(f"/stac/versions/{version}")
    content, n = program.get("/stac").content + listed.content, 0
    for link in listed.json()["links"]:
        if link["rel"] != "item":
            continue
        item = program.get(urlsplit(link["href"]).path)
        content += item.content
        for asset in item.json()["assets"].values():
            assert "/files/events/" not in asset["href"]
            refused = program.ask(urlsplit(asset["href"]).path)
            assert (refused.status_code, "you may not export" in refused.text) == (403, True)
            n += 1
    assert n > 0
    for file in world.office.warehouse.snapshot.catalogue.event_files:
        answer = program.ask(f"/stac/versions/{version}/files/events/{Path(file).name}")
        assert answer.status_code in (403, 404)
    check_bytes(world, code, content)


def check_tiles(world: GivenWorld, code: str, program: Program) -> None:
    """At the zoom of the world all are counted; closer, each tile has what lies in it."""
    may = world.may_have(code)
    asked = {"from": f"{world.now - timedelta(days=DAYS + 5):%Y-%m-%d}"}
    assert held_by(program.get("/tiles/events/0/0/0.mvt", **asked).content).n == len(may)
    z = 8
    due = Counter(tile_at(lon, lat, z) for lon, lat in may[["lon", "lat"]].to_numpy())
    stored = world.records[["lon", "lat"]].to_numpy()
    n, content = Counter(), b""
    for x, y in {*due, *(tile_at(lon, lat, z) for lon, lat in stored)}:
        answer = program.get(f"/tiles/events/{z}/{x}/{y}.mvt", **asked)
        content += gunzipped(answer.content)
        n[x, y] = held_by(answer.content).n
    assert +n == due
    check_bytes(world, code, content)


def check_figures(world: GivenWorld, code: str, program: Program) -> None:
    """Read counts, and ask for records of the server by their ids."""
    may = world.may_have(code)
    for by, column in (("kind", "kind"), ("county", "county")):
        rows = program.get("/api/summary", by=by).json()["rows"]
        assert {row["key"]: row["n"] for row in rows if row["n"]} == dict(
            may[column].value_counts()
        )
    own = world.office.rows("event_id")
    for (event_id,) in own[:50]:
        answer = program.ask(f"/api/events/{event_id}")
        assert answer.status_code == 404, "an id of this server opens nothing"
    alerts = program.get("/api/alerts")
    check_bytes(world, code, alerts.content)
