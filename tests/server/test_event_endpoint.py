"""Tests of POST /api/events on the real server: who may post, what is taken, when it shows."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from cop.access.audit.log import AuditLog
from cop.settings import StoreSettings
from cop.store.audit.head import HEAD_FILE
from tests.support.command import run_cop, serving
from tests.support.feed import TOKEN, make_report, post, write_feeds
from tests.support.http import Caller
from tests.support.record import iom_row, write_iom
from tests.support.warehouse import copy_warehouse

pytestmark = pytest.mark.store

FEED_MB = "0.02"
HANG_SECONDS = 180
SEEN_WITHIN_S = 5


@pytest.fixture(scope="module")
def data(bare_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that the server and its feed have for themselves."""
    return copy_warehouse(bare_warehouse, tmp_path_factory.mktemp("live") / "warehouse")


@pytest.fixture(scope="module")
def live(data: Path) -> Iterator[str]:
    """A server with one feed."""
    folder, environment = data.parent, {"COP_FEED_MB": FEED_MB}
    options = ("--feeds", write_feeds(folder))
    with serving(data, folder / "log.txt", *options, environment=environment) as base:
        yield base


@pytest.fixture
def caller(live: str) -> Iterator[Caller]:
    with closing(Caller(live)) as caller:
        yield caller


def total(caller: Caller, source: str) -> int:
    """What /api/summary says of a source; 0 while it is unknown."""
    answer = caller.ask("/api/summary", [("by", "kind"), ("source", source)])
    return int(answer.json()["total"]) if answer.status == 200 else 0


def await_total(caller: Caller, source: str, expected: int) -> float:
    """Ask until the summary says it, and give the seconds that it took."""
    began = time.monotonic()
    while total(caller, source) != expected:
        assert time.monotonic() - began < HANG_SECONDS
        time.sleep(0.05)
    return time.monotonic() - began


def test_shown_a_posted_batch_is_in_the_summary_when_it_is_answered(caller: Caller) -> None:
    began = time.monotonic()
    answer = post(caller, [make_report(1), make_report(2), make_report(3, lat=91)])
    took_s = time.monotonic() - began
    said = answer.json()
    assert answer.status == 200, said
    assert (said["accepted"], said["rejected"], said["duplicate"]) == (2, 1, 0)
    assert said["problems"][0].startswith("feed patrol, row 3: lat='91': no latitude")
    assert total(caller, "reports_json") == 2
    assert caller.ask("/api/layers").json()["version"] == said["version"]
    print(json.dumps({"posted_s": round(took_s, 2), "goal_s": SEEN_WITHIN_S}))  # noqa: T201
    again = post(caller, [make_report(1), make_report(2, count=5)]).json()
    assert (again["duplicate"], again["superseded"]) == (1, 1)
    lines = b"\n".join(json.dumps(make_report(n)).encode() for n in (4, 5))
    taken = post(caller, lines, kind="application/x-ndjson; charset=utf-8").json()
    assert taken["accepted"] == 2
    assert total(caller, "reports_json") == 4


def test_shown_an_ingest_into_a_running_server_is_seen(
    data: Path, caller: Caller, tmp_path: Path
) -> None:
    """From the start of the command to the summary, and from its end."""
    path = write_iom(tmp_path / "a.csv", [iom_row(lon=f"-110.{n}") for n in range(7)])
    with ThreadPoolExecutor(1) as pool:
        began = time.monotonic()
        command = ("ingest", "events", path, "--profile", "iom_mmp", "--data", data)
        running = pool.submit(run_cop, *command)
        await_total(caller, "iom_mmp", 7)
        seen_s = time.monotonic() - began
        assert running.result().returncode == 0
    print(json.dumps({"ingested_and_seen_s": round(seen_s, 2), "goal_s": SEEN_WITHIN_S}))  # noqa: T201


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN.upper()])
def test_without_a_feeds_token_nothing_is_taken(caller: Caller, token: str | None) -> None:
    before = caller.ask("/api/layers").json()["version"]
    answer = post(caller, [make_report(9)], token=token)
    assert answer.status == (403 if token else 401)
    assert "token" in answer.json()["error"]
    assert ("www-authenticate" in answer.headers) == (not token)
    assert caller.ask("/api/layers").json()["version"] == before


@pytest.mark.parametrize(
    ("batch", "kind", "status", "said"),
    [
        (b"x", "text/csv", 415, "send application/json"),
        (b"x", "", 415, "send application/json"),
        (b"{", "application/json", 422, "feed patrol, line 1: not readable as JSON"),
        (b"\xff\xfe", "application/json", 422, "not UTF-8"),
        ([make_report(1, extra=1)], "application/json", 422, "no field 'extra'"),
        ([make_report(n) for n in range(200)], "application/json", 413, "at most 20000 bytes"),
    ],
)
def test_what_is_no_batch_is_refused_with_the_reason(
    live: str, batch: object, kind: str, status: int, said: str
) -> None:
    with closing(Caller(live)) as caller:
        answer = post(caller, batch, kind=kind)
    assert (answer.status, said in answer.json()["error"]) == (status, True), answer.body


def test_a_batch_of_refused_rows_alone_is_422_with_each_reason(caller: Caller) -> None:
    answer = post(caller, [make_report(n, count="many") for n in range(7)])
    assert answer.status == 422
    assert len(answer.json()["problems"]) == 7
    assert answer.json()["rejected"] == 7


def test_shown_each_batch_is_recorded_or_refused(data: Path, caller: Caller) -> None:
    with closing(AuditLog(StoreSettings(data=data))) as log:
        before = log.head()
        taken = post(caller, [make_report(201)])
        assert taken.status == 200
        assert post(caller, b"{").status == 422
        begun, done, _, refused = log.file.read(
            "WHERE seq > ?", [0 if before is None else before.seq]
        )
        assert (begun.outcome, done.outcome, refused.outcome) == ("begun", "done", "refused")
        assert (done.who, done.origin) == ("feed:patrol", "feed token")
        assert (done.action, done.subject) == ("load", "source reports_json")
        assert done.details["version"] == taken.json()["version"]
        head = (data / HEAD_FILE).read_bytes()
        (data / HEAD_FILE).write_text("no head")
        try:
            assert post(caller, [make_report(202)]).status == 503
        finally:
            (data / HEAD_FILE).write_bytes(head)
        assert post(caller, [make_report(202)]).json()["accepted"] == 1


def test_only_post_is_open_there(caller: Caller) -> None:
    for method in ("GET", "HEAD", "PUT", "OPTIONS"):
        answer = caller.ask("/api/events", method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert caller.ask("/api/layers", method="POST").status == 405
    assert post(caller, [], token=None).headers["x-content-type-options"] == "nosniff"


def test_without_feeds_there_is_no_such_page(server: str) -> None:
    with closing(Caller(server)) as caller:
        assert post(caller, [make_report(1)]).status == 404


def test_batches_at_once_are_all_taken(live: str, caller: Caller) -> None:
    def send(number: int) -> bytes | None:
        with closing(Caller(live)) as own:
            answer = post(own, [make_report(number * 10 + n) for n in range(3)])
            return None if answer.status == 200 else answer.body

    before = total(caller, "reports_json")
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(send, range(100, 106))) == [None] * 6
    assert total(caller, "reports_json") == before + 18
