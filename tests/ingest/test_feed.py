"""Tests of feeds: their file of settings, tokens, and taking batches."""

import json
from pathlib import Path
from typing import Any

import pytest

from cop.errors import BatchError, SettingsError
from cop.ingest.feed import Feed, find_feed, read_feeds, take_batch
from cop.resource import package_path
from cop.settings import StoreSettings
from tests.support.feed import TOKEN, make_report, write_feeds
from tests.support.published import read_published

pytestmark = pytest.mark.store


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    (feed,) = read_feeds(write_feeds(tmp_path))
    return feed


def as_json(*reports: dict[str, Any]) -> bytes:
    return json.dumps(reports).encode()


def test_only_the_token_finds_its_feed(feed: Feed) -> None:
    assert find_feed([feed], TOKEN) is feed
    for other in ("", TOKEN[:-1], TOKEN + " ", feed.token_sha256, "\N{SNOWMAN}"):
        assert find_feed([feed], other) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "see docs/live.md"),
        ("feeds: 7", "valid list"),
        ("others: []", "no feeds can be read"),
        ("feeds: [", "no feeds can be read"),
        ("feeds:\n- {name: a, token_sha256: abc, profile: reports_json}", "token_sha256"),
        ("feeds:\n- {name: a, token: secret, profile: reports_json}", "feeds.0"),
    ],
)
def test_a_faulty_file_of_feeds_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_feeds(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"profile": "none"}, "feed patrol: profile 'none' does not exist"),
        ({"profile": "iom_mmp"}, "not of events by the reader json"),
        ({"profile": "sensors_csv"}, "not of events by the reader json"),
        ({"name": "../x"}, "feeds.0.name"),
    ],
)
def test_a_feed_needs_a_profile_of_json_events(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_feeds(write_feeds(tmp_path, **changes))
    assert said in str(refused.value)


def test_the_profile_of_a_feed_may_lie_beside_its_file(tmp_path: Path) -> None:
    shipped = package_path("data", "profiles") / "reports_json.yaml"
    own = shipped.read_text(encoding="utf-8").replace("id: reports_json", "id: county")
    (tmp_path / "county.yaml").write_text(own, encoding="utf-8")
    (feed,) = read_feeds(write_feeds(tmp_path, profile="county.yaml"))
    assert feed.mapping.source.id == "county"
    with pytest.raises(SettingsError, match=r"profile 'town.yaml' does not exist"):
        read_feeds(write_feeds(tmp_path, profile="town.yaml"))


def test_a_missing_file_of_feeds_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none.yaml: no feeds can be read"):
        read_feeds(tmp_path / "none.yaml")


def test_a_batch_is_taken_once_corrected_and_refused_by_row(
    own_warehouse: Path, feed: Feed
) -> None:
    store = StoreSettings(data=own_warehouse)
    batch = as_json(make_report(1), make_report(2, lon=200), make_report(3, uncertainty_m=40))
    first = take_batch(store, feed, batch)
    assert (first.accepted, first.rejected) == (2, 1)
    assert first.problems[0].startswith("feed patrol, row 2: lon='200': no longitude")
    again = take_batch(store, feed, batch)
    assert (again.accepted, again.duplicate, again.version) == (0, 2, first.version)
    corrected = take_batch(store, feed, as_json(make_report(3, count=7)))
    assert corrected.superseded == 1
    events = read_published(own_warehouse).set_index("source_id")
    assert events["count"].to_dict() == {"r1": 2, "r3": 7}
    assert events["sector"].unique().tolist() == ["TCA"]


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (b"{", "feed patrol, line 1: not readable as JSON"),
        (as_json(make_report(1), make_report(2, sourceid="x")), "no field 'sourceid' in profile"),
    ],
)
def test_a_batch_that_means_nothing_is_refused_whole(
    tmp_path: Path, feed: Feed, batch: bytes, said: str
) -> None:
    store = StoreSettings(data=tmp_path / "w")
    with pytest.raises(BatchError) as refused:
        take_batch(store, feed, batch)
    assert said in str(refused.value)
    assert not store.data.exists()


WRONG: list[dict[str, Any]] = [
    {"source_id": None},
    {"source_id": ""},
    {"kind": "picnic"},
    {"kind": ["crossing"]},
    {"count": -1},
    {"count": 1.5},
    {"count": True},
    {"count": 1e308},
    {"count": None},
    {"lon": "x"},
    {"lat": 1e400},
    {"occurred_at": "2026-01-30T12:00:00"},
    {"occurred_at": 1_700_000_000},
    {"occurred_at": "2999-01-30T12:00:00Z"},
    {"uncertainty_m": -4},
]


def test_wrong_values_are_refused_by_row_and_kept(own_warehouse: Path, feed: Feed) -> None:
    reports = [make_report(n, **fields) for n, fields in enumerate(WRONG)]
    content = json.dumps(reports).replace("Infinity", "1e400").encode()
    report = take_batch(StoreSettings(data=own_warehouse), feed, content)
    assert (report.accepted, report.rejected) == (0, len(WRONG))
    for row, (fields, problem) in enumerate(zip(WRONG, report.problems, strict=True), start=1):
        (name,) = fields
        assert problem.startswith(f"feed patrol, row {row}: {name}=")
    assert len(list((own_warehouse / "rejects" / "reports_json").glob("*.csv"))) == 1


def test_odd_characters_are_kept(own_warehouse: Path, feed: Feed) -> None:
    store = StoreSettings(data=own_warehouse)
    odd = "'; DROP TABLE events; -- \N{SNOWMAN}\n\0"
    assert take_batch(store, feed, as_json(make_report(1, source_id=odd))).accepted == 1
    assert read_published(own_warehouse)["source_id"].tolist() == [odd]


@pytest.mark.trust
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lon": 110.9}, "longitude_sign"),
        ({"lon": 31.4, "lat": -80.0}, "outside_region"),
        ({"lon": -1.936, "lat": 0.548}, "radians"),
    ],
)
def test_a_batch_that_is_probably_wrong_is_refused_until_the_profile_agrees(
    feed: Feed, own_warehouse: Path, fields: dict[str, float], code: str
) -> None:
    """Such batches were loaded without a word."""
    store = StoreSettings(data=own_warehouse)
    batch = as_json(*(make_report(number, **fields) for number in range(6)))
    with pytest.raises(BatchError, match=code):
        take_batch(store, feed, batch)
    mapping = feed.mapping.model_copy(update={"agreed": (code,)})
    report = take_batch(store, feed.model_copy(update={"mapping": mapping}), batch)
    assert report.accepted == 6
