"""Tests of coverage through Ibis: hours as the program sums them, events by the step they met."""

from collections import Counter
from contextlib import closing

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cop.batch.coverage import DAYS, READS, build_coverage
from cop.batch.local import DuckEngine
from cop.query.coverage.segment import to_steps
from cop.settings import StoreSettings
from tests.support.batch import draw_events, is_sorted, rows_of, write_table

pytestmark = [pytest.mark.scale, pytest.mark.coverage]
SEGMENTS = np.array(["TCA-0001", "TCA-0002", "YUM-0001"], dtype=object)
EXACT_HOURS = 1e-9


def draw_steps(*, synthetic: bool, seed: int) -> pd.DataFrame:
    """Steps of each segment, the first without a moment, others before and after the events."""
    rng = np.random.default_rng(seed)
    rows = []
    for segment in SEGMENTS:
        moments = pd.Timestamp("2025-10-01") + pd.to_timedelta(
            np.sort(rng.choice(200 * 86_400_000, 40, replace=False)), unit="ms"
        )
        for since in (pd.NaT, *moments):
            seen = round(float(rng.random()), 6)
            unknown = round(float(rng.random()) * (1 - seen), 6)
            rows.append((segment, synthetic, since, seen, unknown, int(rng.integers(4))))
    names = ["segment_id", "synthetic", "since", "seen", "unknown", "sensors"]
    return pd.DataFrame(rows, columns=names).astype({"since": "datetime64[us]"})


@pytest.fixture(scope="module")
def steps() -> pd.DataFrame:
    drawn = (draw_steps(synthetic=synthetic, seed=seed) for seed, synthetic in enumerate((0, 1)))
    return pd.concat(drawn, ignore_index=True).astype({"synthetic": bool})


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    frame = draw_events(1_000, 3)
    return frame.assign(synthetic=np.arange(len(frame)) % 2 == 0)[[*READS["events"]]]


@pytest.fixture(scope="module")
def tables(
    steps: pd.DataFrame, events: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pa.Table]:
    folder = tmp_path_factory.mktemp("coverage")
    read = {}
    with closing(DuckEngine(StoreSettings())) as engine:
        for name, frame in (("segment_coverage", steps), ("events", events)):
            path = folder / f"{name}.parquet"
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
            read[name] = engine.read(name, [str(path)], READS[name])
        found = {}
        for table in build_coverage(read):
            found[table.name] = write_table(engine, table, folder)
            assert is_sorted(found[table.name], table.order)
            assert found[table.name].column_names == [*table.columns]
    return found


@pytest.mark.parametrize("synthetic", [False, True])
def test_hours_of_a_day_are_those_of_the_program(
    tables: dict[str, pa.Table], steps: pd.DataFrame, events: pd.DataFrame, synthetic: bool
) -> None:
    own = events[(events["synthetic"] == synthetic) & events["segment_id"].notna()]
    assert own["occurred_at"].min() < pd.Timestamp("1970-01-01")
    last = own["occurred_at"].max().floor("D")
    days = pd.date_range(end=last + pd.Timedelta(days=1), periods=DAYS + 1, freq="D")
    hours = to_steps(steps[steps["synthetic"] == synthetic], SEGMENTS).integrate(
        days.as_unit("us").astype(np.int64).to_numpy()
    )
    written = tables["coverage_days"].to_pandas()
    written = written[written["synthetic"] == synthetic]
    assert len(written) == len(SEGMENTS) * (len(days) - 1)
    for name, expected in (("seen", hours.seen), ("unknown", hours.unknown)):
        wide = written.pivot_table(index="segment_id", columns="day", values=f"{name}_hours")
        assert np.allclose(wide.loc[SEGMENTS].to_numpy(), expected, rtol=0, atol=EXACT_HOURS)
    wide = written.pivot_table(index="segment_id", columns="day", values="sensor_hours")
    assert np.allclose(wide.loc[SEGMENTS].to_numpy(), hours.sensors, rtol=0, atol=EXACT_HOURS)


def test_an_event_counts_by_the_step_that_it_met(
    tables: dict[str, pa.Table], steps: pd.DataFrame, events: pd.DataFrame
) -> None:
    expected: Counter[tuple[object, ...]] = Counter()
    for event in events[events["segment_id"].notna()].itertuples():
        own = steps[
            (steps["segment_id"] == event.segment_id) & (steps["synthetic"] == event.synthetic)
        ]
        before = own[own["since"].isna() | (own["since"] <= event.occurred_at.floor("ms"))]
        step = before.sort_values("since", na_position="first").iloc[-1]
        key = (event.segment_id, event.kind, event.source, event.marking, event.synthetic)
        seen = step["seen"] >= 0.5
        expected[*key, "n"] += 1
        expected[*key, "n_seen"] += int(seen)
        expected[*key, "n_unknown"] += int(not seen and step["seen"] + step["unknown"] >= 0.5)
    found = {
        (*row[:5], name): figure
        for row in rows_of(tables["coverage_events"])
        for name, figure in zip(("n", "n_seen", "n_unknown"), row[5:], strict=True)
    }
    assert found == dict(expected)
