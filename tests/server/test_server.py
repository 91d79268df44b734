"""Tests of the real server: totals conserved end to end, compression, paths, hosts, sockets."""

import gzip
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pytest

from cop.model.filter import Filter
from cop.server.allowlist import STREAMLIT_SOCKET
from tests.support.choice import random_filters
from tests.support.http import Caller, open_socket
from tests.support.published import passing, people_of, read_published, tiles_of
from tests.support.tile import Held, held_by

pytestmark = pytest.mark.picture

SENT = "text/html"
POLICY = "content-security-policy"
MOST_TILES = 150


@pytest.fixture
def caller(server: str) -> Iterator[Caller]:
    caller = Caller(server)
    yield caller
    caller.close()


def ask_tiles(
    server: str, tiles: set[tuple[int, int]], z: int, pairs: list[tuple[str, str]]
) -> list[Held]:
    """Fetch tiles over four kept connections, as a browser would."""
    shares = [sorted(tiles)[i::4] for i in range(4)]

    def ask(share: list[tuple[int, int]]) -> list[Held]:
        with closing(Caller(server)) as caller:
            answers = [caller.ask(f"/tiles/events/{z}/{x}/{y}.mvt", pairs) for x, y in share]
        assert {answer.status for answer in answers} <= {200, 204}
        return [held_by(answer.body) for answer in answers]

    with ThreadPoolExecutor(len(shares)) as pool:
        return [held for part in pool.map(ask, shares) for held in part]


def sums(held: list[Held]) -> tuple[int, int]:
    return sum(h.n for h in held), sum(h.people for h in held)


def conserve_totals(
    server: str,
    folder: Path,
    filters: list[tuple[Filter, bool]],
    zooms: tuple[int, ...] = (5, 8, 11),
    most_tiles: int | None = None,
) -> tuple[set[int], Counter[int]]:
    """Compare tiles and the summary with geopandas; the last zoom where its tiles are few.

    Gives which sorts of features were seen, and how many filters were tried at each zoom.
    """
    events = read_published(folder)
    caller, sorts, tried = Caller(server), set(), Counter[int]()
    for wanted, synthetic in filters:
        mine = passing(events, wanted, synthetic=synthetic)
        expected = (len(mine), people_of(mine))
        summary = caller.ask("/api/summary", [("by", "sector"), *wanted.to_pairs()]).json()
        assert (summary["total"], summary["counts"].get("people", 0)) == expected, wanted
        for z in zooms:
            others = sorted(tiles_of(events, z))[:: 1 if z == zooms[0] else 4 * z]
            tiles = tiles_of(mine, z) | {*others}
            if z == zooms[-1] and most_tiles is not None and len(tiles) > most_tiles:
                continue
            tried[z] += 1
            held = ask_tiles(server, tiles, z, wanted.to_pairs())
            assert sums(held) == expected, (z, wanted)
            sorts |= {f["properties"]["cell"] for h in held for f in h.features}
    caller.close()
    return sorts, tried


def test_shown_tiles_conserve_totals(server: str, warehouse_dir: Path) -> None:
    """For 20 random filters: tiles at three zooms, the summary and geopandas say the same.

    Thousands of tiles at the last zoom say no more than these: tests/layerkind asks them all.
    """
    events = read_published(warehouse_dir)
    filters = random_filters(events, 20, seed=20)
    assert {synthetic for _, synthetic in filters} == {True, False}
    assert sum(bool(w.window.start and w.window.start.hour) for w, _ in filters) >= 3
    sorts, tried = conserve_totals(server, warehouse_dir, filters, most_tiles=MOST_TILES)
    assert sorts == {0, 1}
    assert tried[5] == tried[8] == len(filters)
    assert tried[11] >= len(filters) // 2


def test_tiles_are_compressed_only_when_asked(caller: Caller) -> None:
    path, pairs = "/tiles/events/0/0/0.mvt", [("records", "synthetic")]
    plain = caller.ask(path, pairs)
    assert "content-encoding" not in plain.headers
    zipped = caller.ask(path, pairs, headers={"Accept-Encoding": "gzip"})
    if zipped.headers.get("content-encoding") == "gzip":
        assert gzip.decompress(zipped.body) == plain.body
        assert "accept-encoding" in zipped.headers["vary"].lower()
    else:
        assert zipped.body == plain.body
    none = caller.ask(path, pairs, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert none.body == plain.body
    again = caller.ask(
        path,
        pairs,
        headers={"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["etag"]},
    )
    assert (again.status, again.body) == (304, b"")
    empty = caller.ask("/tiles/events/16/0/0.mvt", headers={"Accept-Encoding": "gzip"})
    assert (empty.status, empty.body) == (204, b"")


@pytest.mark.parametrize("path", ["/", "/healthz", "/tiles/events.json", "/api/layers", "/nothing"])
def test_every_answer_carries_the_policy_and_no_door(caller: Caller, path: str) -> None:
    answer = caller.ask(path, headers={"Origin": "http://evil.example"})
    assert "default-src 'none'" in answer.headers[POLICY]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers


def test_the_page_is_served(caller: Caller) -> None:
    answer = caller.ask("/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith(SENT)
    assert caller.ask("/_stcore/health").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/../_stcore/metrics",
        "/tiles/..%2f_stcore%2fmetrics",
        "/tiles/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/....//etc/passwd",
        "//etc/passwd",
        "//evil.example/tiles",
        "/./tiles/events.json",
        "/static/../../../../etc/passwd",
        "/static/..%2f..%2fserver.py",
        "/static/%2e%2e/%2e%2e/streamlit/__init__.py",
        "/media/../../etc/passwd",
        "/_stcore/bidi-components/..%2f..%2f..%2fetc%2fpasswd",
        "/_stcore/metrics",
        "/_stcore/agent/mcp",
        "/app/static/x",
        "/component/x/index.html",
        "/auth/login",
        "/tiles/events/0/0/0.mvt%00",
        "/tiles/events/0/0/0.mvt/..;/",
        "/\\..\\..\\etc\\passwd",
    ],
)
def test_path_tricks_lead_nowhere(caller: Caller, path: str) -> None:
    answer = caller.ask(path)
    assert answer.status in (400, 404) or SENT in answer.headers["content-type"]
    assert b"root:" not in answer.body
    assert b"import " not in answer.body[:2_000]
    assert POLICY in answer.headers
    if not path.startswith("/static/"):
        assert answer.status in (400, 404)


def test_what_was_dropped_cannot_be_read_back(caller: Caller) -> None:
    answer = caller.ask("/_stcore/upload_file/a/b")
    assert answer.status == 405
    assert POLICY in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_methods_are_closed(caller: Caller, method: str) -> None:
    for path in ("/", "/healthz", "/tiles/events/0/0/0.mvt", "/_stcore/host-config"):
        answer = caller.ask(path, method=method)
        assert answer.status == 405
        assert POLICY in answer.headers


def test_head_is_as_get_without_a_body(caller: Caller) -> None:
    for path in ("/healthz", "/tiles/events/0/0/0.mvt", "/api/layers", "/"):
        answer = caller.ask(path, method="HEAD")
        assert (answer.status, answer.body) == (200, b"")


def test_rebound_names_are_refused(caller: Caller) -> None:
    for path in ("/", "/healthz", "/tiles/events.json", "/static/x.js"):
        assert caller.ask(path, headers={"Host": "evil.example"}).status == 421
    assert caller.ask("/healthz", headers={"Host": f"localhost:{caller.port}"}).status == 200


def test_a_socket_opens_to_our_own_pages_only(server: str) -> None:
    here = urlsplit(server).netloc
    assert open_socket(server, STREAMLIT_SOCKET, host=here, origin=server) == 101
    for host, origin in (
        (here, "http://evil.example"),
        (here, "null"),
        (here, f"http://{here}.evil.example"),
        ("evil.example", "http://evil.example"),
    ):
        assert open_socket(server, STREAMLIT_SOCKET, host=host, origin=origin) == 403
    assert open_socket(server, "/other", host=here, origin=server) == 403


def test_summaries_of_whole_and_cut_days_agree(caller: Caller, warehouse_dir: Path) -> None:
    events: gpd.GeoDataFrame = read_published(warehouse_dir)
    day = events.loc[events["synthetic"], "occurred_at"].max().floor("D")
    start = day - 30 * (day - day.floor("D") + gpd.pd.Timedelta(days=1))
    whole, cut = (
        caller.ask(
            "/api/summary",
            [("by", "kind"), ("records", "synthetic"), ("from", f"{start:%Y-%m-%d}"), ("to", to)],
        ).json()
        for to in (f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}T00:00:00.000001Z")
    )
    at_midnight = int(((events["occurred_at"] == day) & events["synthetic"]).sum())
    assert cut["total"] - whole["total"] == at_midnight
    assert whole["total"] > 1_000
