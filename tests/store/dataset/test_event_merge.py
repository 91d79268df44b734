"""Tests of identity: what is new, what is there already, what corrects what was there."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cop.model.marking import MARKINGS, highest_marking
from cop.settings import StoreSettings
from cop.store.catalogue.transaction import open_transaction
from cop.store.dataset.event_merge import (
    MOST_FILES,
    MergeCounts,
    choose_folded,
    merge_events,
    withdraw_source,
)
from tests.support.published import published_files, read_published
from tests.support.record import make_frame
from tests.support.store import publish_events

pytestmark = pytest.mark.picture


def counted(accepted: int = 0, duplicate: int = 0, superseded: int = 0) -> MergeCounts:
    return MergeCounts(accepted=accepted, duplicate=duplicate, superseded=superseded)


@pytest.mark.parametrize("ids", [None, [f"id{i}" for i in range(40)]])
def test_the_same_again_adds_nothing(settings: StoreSettings, ids: list[str] | None) -> None:
    frame = make_frame(40, source_id=ids)
    assert publish_events(settings, frame) == counted(accepted=40)
    files = published_files(settings.data, "events")
    assert publish_events(settings, frame) == counted(duplicate=40)
    assert published_files(settings.data, "events") == files
    assert publish_events(settings, frame.sample(frac=1, random_state=3)) == counted(duplicate=40)


def test_equal_rows_without_ids_are_as_many_records(settings: StoreSettings) -> None:
    same = pd.concat([make_frame(1)] * 3, ignore_index=True)
    assert publish_events(settings, same) == counted(accepted=3)
    assert read_published(settings.data)["event_id"].nunique() == 3
    assert publish_events(settings, same.iloc[:2]) == counted(duplicate=2)
    more = pd.concat([make_frame(1)] * 5, ignore_index=True)
    assert publish_events(settings, more) == counted(accepted=2, duplicate=3)


def test_equal_rows_with_one_id_are_one_record(settings: StoreSettings) -> None:
    same = pd.concat([make_frame(1, source_id="a")] * 3, ignore_index=True)
    assert publish_events(settings, same) == counted(accepted=1, duplicate=2)
    assert len(read_published(settings.data)) == 1


@pytest.mark.parametrize(
    "change",
    [{"count": 3}, {"kind": "rescue"}, {"lon": -110.0}, {"attributes": '{"a": "b"}'}],
)
def test_any_change_of_content_is_another_record_without_ids(
    settings: StoreSettings, change: dict[str, object]
) -> None:
    publish_events(settings, make_frame(1))
    assert publish_events(settings, make_frame(1, **change)) == counted(accepted=1)


def test_a_correction_supersedes(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(3, source_id=["a", "b", "c"]))
    before = read_published(settings.data).set_index("source_id")
    fixed = make_frame(3, source_id=["a", "b", "c"], count=[2, 7, 2])
    assert publish_events(settings, fixed) == counted(duplicate=2, superseded=1)
    after = read_published(settings.data).set_index("source_id")
    assert after["count"].to_dict() == {"a": 2, "b": 7, "c": 2}
    assert after["event_id"].to_dict() == before["event_id"].to_dict()


def test_a_correction_may_move_a_record_to_another_month(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2, source_id=["a", "b"]))
    moved = make_frame(2, source_id=["a", "b"]).assign(
        occurred_at=pd.to_datetime(["2025-06-05", "2025-07-05"]).astype("datetime64[us]")
    )
    assert publish_events(settings, moved) == counted(superseded=2)
    files = published_files(settings.data, "events")
    assert [p.parent.name for p in files] == ["month=2025-06", "month=2025-07"]
    assert len(read_published(settings.data)) == 2


def test_frames_of_one_publish_correct_each_other(settings: StoreSettings) -> None:
    frames = [
        make_frame(1, source_id="a", count=count).assign(
            occurred_at=pd.Timestamp(day).as_unit("us")
        )
        for count, day in ((1, "2026-01-05"), (2, "2026-02-05"), (3, "2026-03-05"))
    ]
    assert publish_events(settings, *frames) == counted(accepted=1, superseded=2)
    events = read_published(settings.data)
    assert events["count"].tolist() == [3]


def test_sources_do_not_mix(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(2, source_id=["a", "b"]))
    other = make_frame(2, source_id=["a", "b"], source="other")
    assert publish_events(settings, other, source="other") == counted(accepted=2)
    assert read_published(settings.data)["event_id"].nunique() == 4


def test_an_id_cannot_pose_as_content(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(1))
    (event_id,) = read_published(settings.data)["event_id"]
    posing = make_frame(1, source_id=event_id)
    assert publish_events(settings, posing) == counted(accepted=1)


def test_a_withdrawn_source_is_gone_and_the_rest_stays(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    publish_events(settings, make_frame(2, source="other"), source="other")
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, "test")
        transaction.commit("withdrawn")
    events = read_published(settings.data)
    assert events["source"].tolist() == ["other", "other"]
    assert len(published_files(settings.data, "events")) == 1


def test_all_may_be_withdrawn(settings: StoreSettings) -> None:
    publish_events(settings, make_frame(40))
    with open_transaction(settings) as transaction:
        withdraw_source(transaction, "test")
        transaction.commit("withdrawn")
    assert published_files(settings.data, "events") == []
    assert publish_events(settings, make_frame(1)) == counted(accepted=1)


@hypothesis_settings(
    max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    files=st.lists(
        st.dictionaries(
            st.sampled_from("abcdef"),
            st.tuples(st.integers(0, 3), st.sampled_from(MARKINGS)),
            min_size=1,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_the_last_word_on_each_id_counts_and_the_highest_marking(
    tmp_path_factory: pytest.TempPathFactory, files: list[dict[str, tuple[int, str]]]
) -> None:
    settings = StoreSettings(data=tmp_path_factory.mktemp("last"))
    expected: dict[str, tuple[int, str]] = {}
    for file in files:
        values = [value for value, _ in file.values()]
        markings = [marking for _, marking in file.values()]
        frame = make_frame(len(file), source_id=list(file), count=values, marking=markings)
        day = pd.Timestamp("2026-01-01").as_unit("us")
        frame["occurred_at"] = [day + pd.Timedelta(days=20 * v) for v in values]
        frame["lon"] = -110.0
        with open_transaction(settings) as transaction:
            counts = merge_events(transaction, "test", [frame])
            transaction.commit("file")
        before = dict(expected)
        for name, (value, marking) in file.items():
            known = [before[name][1]] if name in before else []
            expected[name] = (value, highest_marking([marking, *known]))
        corrected = [name for name in file if name in before]
        assert counts.accepted == len(file) - len(corrected)
        assert counts.duplicate == sum(expected[k] == before[k] for k in corrected)
    events = read_published(settings.data)
    stored = zip(events["count"], events["marking"], strict=True)
    assert dict(zip(events["source_id"], stored, strict=True)) == expected


def add_rows(rows: dict[str, int], new: int, number: int) -> int:
    """Add a load to the files of a month as the merge does; return how many rows it writes."""
    folded = choose_folded(rows, new)
    rows[f"f{number}"] = new + sum(rows.pop(path) for path in folded)
    return rows[f"f{number}"]


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=200))
def test_however_many_loads_a_month_is_of_few_files(loads: list[int]) -> None:
    rows: dict[str, int] = {}
    for number, new in enumerate(loads):
        add_rows(rows, new, number)
        assert len(rows) <= MOST_FILES
    assert sum(rows.values()) == sum(loads)


def test_an_hour_of_small_loads_writes_each_row_a_few_times() -> None:
    rows: dict[str, int] = {}
    loads = 3600
    written = sum(add_rows(rows, 1000, number) for number in range(loads))
    assert written / (1000 * loads) < 5


def test_small_files_are_folded_where_a_month_has_many_or_gets_much() -> None:
    rows = {"large": 1_000_000, "small": 500, "smaller": 100}
    assert choose_folded(rows, 100) == []
    assert choose_folded(rows, 130_000) == ["smaller", "small", "large"]
    many = {f"f{i}": 100 for i in range(MOST_FILES - 1)} | {"large": 1_000_000}
    assert sorted(choose_folded(many, 100)) == sorted(f"f{i}" for i in range(MOST_FILES - 1))
