"""Test that a server gives the same answers from Parquet, from its copy, and while that is made."""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from starlette.testclient import TestClient

from cop.query.service import QueryService
from cop.query.summary import BY
from cop.server.route import build_routes
from cop.settings import StoreSettings
from cop.store import warehouse as module
from cop.store.catalogue.grain import IN_COPY, IN_MEMORY
from cop.store.dataset import planner
from cop.store.dataset.selection import Selection
from cop.store.warehouse import Warehouse
from tests.server.conftest import BASE, gated
from tests.support.choice import random_filters
from tests.support.command import serving
from tests.support.context import make_context
from tests.support.http import Caller
from tests.support.published import passing, published_files, read_published

pytestmark = pytest.mark.scale

ROUNDS = 60
REST_S, LIMIT_S = 4.0, 180.0
PATHS = (
    "/api/summary?by=sector&records=synthetic",
    "/api/summary?by=segment&records=synthetic&from=2024-02-03T04:05:06Z",
    "/api/summary?by=day&records=real",
    *(f"/tiles/events/{tile}.mvt?records=synthetic" for tile in ("3/1/3", "6/12/26", "9/98/208")),
)


def test_shown_a_server_answers_the_same_from_parquet_and_from_its_copy(
    own_demo: Path, tmp_path: Path
) -> None:
    log, without = tmp_path / "plain.txt", {"COP_SERVING_SECONDS": "0"}
    with serving(own_demo, log, environment=without) as base, closing(Caller(base)) as caller:
        plain = [caller.ask(path) for path in PATHS]
        assert {answer.status for answer in plain} == {200}
    assert not (own_demo / "serving").exists()
    copying = {"COP_SERVING_SECONDS": "0.1", "COP_FREE_MB": "0"}
    log = tmp_path / "copying.txt"
    with (
        serving(own_demo, log, environment=copying) as base,
        closing(Caller(base)) as caller,
    ):
        for number in range(ROUNDS):
            # A window that ends another second after all events, so that no cache answers.
            asked = [f"{path}&to=2060-01-01T00:00:{number:02}Z" for path in PATHS]
            assert [caller.ask(path).body for path in asked] == [answer.body for answer in plain], (
                number
            )
        _await_rest(own_demo / "serving")
    (path,) = (own_demo / "serving").glob("*.duckdb")
    with closing(duckdb.connect(str(path), read_only=False)) as copy:
        copied = {Path(file).name for (file,) in copy.execute("SELECT file FROM files").fetchall()}
        ((n,),) = copy.execute("SELECT count(*) FROM events_0").fetchall()
    files = published_files(own_demo, "events")
    assert copied == {file.name for file in files}
    ((due,),) = duckdb.execute(
        "SELECT count(*) FROM read_parquet($files)", {"files": [str(file) for file in files]}
    ).fetchall()
    assert n == due > 10_000


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What sums of this process are read from, counts wherever they can answer."""
    found: list[str] = []
    select = planner.select_counts

    def note(*args: Any, **options: Any) -> Selection:
        selection = select(*args, **options)
        found.append(selection.source)
        return selection

    monkeypatch.setattr(planner, "FEW_EVENTS", 0)
    monkeypatch.setattr(module, "select_counts", note)
    return found


@pytest.fixture
def counting(own_demo: Path, sources: list[str]) -> Iterator[TestClient]:
    """A client of our routes over a served copy, which sum from counts."""
    settings = StoreSettings(data=own_demo, free_mb=0)
    with closing(Warehouse(settings)) as opened:
        opened.serve()
        service = QueryService(opened, tile_cache_mb=1)
        with TestClient(gated(build_routes(make_context(service))), base_url=BASE) as client:
            sources.clear()
            yield client


@pytest.mark.full
def test_shown_summaries_from_counts_are_those_from_events_for_500_filters(
    own_demo: Path, counting: TestClient, sources: list[str], tmp_path: Path
) -> None:
    events = read_published(own_demo)
    days = events["occurred_at"].dt
    events = events.assign(
        segment=events["segment_id"], day=days.strftime("%Y-%m-%d"), year=days.strftime("%Y")
    )
    log, without = tmp_path / "log.txt", {"COP_SERVING_SECONDS": "0"}
    with serving(own_demo, log, environment=without) as base, closing(Caller(base)) as caller:
        for (wanted, synthetic), by in zip(
            random_filters(events, 500, seed=19), cycle(BY), strict=False
        ):
            pairs = [("by", by), *wanted.to_pairs()]
            # So few events as these are read one by one by a server.
            answer = caller.ask("/api/summary", pairs).json()
            assert counting.get("/api/summary", params=pairs).json() == answer, pairs
            own = passing(events, wanted, synthetic=synthetic)
            assert answer["total"] == len(own), pairs
            assert answer["counts"] == _sum_by_unit(own), pairs
            rows = {row["key"]: (row["n"], row["counts"]) for row in answer["rows"]}
            due = {key: (len(part), _sum_by_unit(part)) for key, part in own.groupby(by)}
            assert rows == due, pairs
    counted = [
        one for one in sources if any(f'"{grain.table}"' in one for grain in (*IN_COPY, *IN_MEMORY))
    ]
    assert len(counted) > 250, "areas, and windows within a day, can be read from events alone"


def _await_rest(folder: Path) -> None:
    """Wait until nothing was written to a folder for a while."""
    deadline, before, since = time.monotonic() + LIMIT_S, -1, time.monotonic()
    while time.monotonic() - since < REST_S:
        assert time.monotonic() < deadline, "it is written to without an end"
        time.sleep(0.1)
        size = sum(path.stat().st_size for path in folder.iterdir())
        if size != before:
            before, since = size, time.monotonic()


def _sum_by_unit(events: pd.DataFrame) -> dict[str, int]:
    return {str(unit): int(n) for unit, n in events.groupby("unit")["count"].sum().items()}
