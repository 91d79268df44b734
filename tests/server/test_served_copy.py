"""Test that a server gives the same answers from Parquet, from its copy, and while that is made."""

import time
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.support.command import serving
from tests.support.http import Caller
from tests.support.published import published_files

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


def _await_rest(folder: Path) -> None:
    """Wait until nothing was written to a folder for a while."""
    deadline, before, since = time.monotonic() + LIMIT_S, -1, time.monotonic()
    while time.monotonic() - since < REST_S:
        assert time.monotonic() < deadline, "it is written to without an end"
        time.sleep(0.1)
        size = sum(path.stat().st_size for path in folder.iterdir())
        if size != before:
            before, since = size, time.monotonic()
