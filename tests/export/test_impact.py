"""Tests of impact levels in a hand-out."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.export.impact import MOST_SEGMENTS, build_impact_lines
from cop.model.filter import Filter
from cop.query.impact import read_impacts
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse

pytestmark = pytest.mark.table

IMPACT = find_layer("impact")


@pytest.mark.usefixtures("standing")
def test_levels_are_listed_where_a_layer_shows_them(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic"))
    impacts = read_impacts(service, view)
    assert impacts is not None
    first, *lines = build_impact_lines(service, view, [IMPACT])
    assert first.startswith("Levels of ")
    assert "Expected events: " in first
    heads = [line for line in lines if "What to do: " in line]
    assert len(heads) == len(impacts.counts)
    for head, (level, count) in zip(heads, impacts.counts.items(), strict=True):
        assert f"({count:,})" in head, level
    listed = [i.proposal.segment_id for i in impacts.levels]
    named = [line for line in lines if line.partition(":")[0] in listed]
    assert len(named) <= 2 * MOST_SEGMENTS
    assert build_impact_lines(service, view, [find_layer("segments")]) == ()


@pytest.mark.usefixtures("standing")
def test_segments_are_those_of_the_sectors_of_the_view(service: QueryService) -> None:
    view = service.view(Filter(records="synthetic", sectors=("BBT",)))
    lines = build_impact_lines(service, view, [IMPACT])
    ids = {line.partition(":")[0] for line in lines}
    assert not {name for name in ids if name.startswith(("TCA-", "RGV-", "SDC-"))}


def test_rules_at_fault_are_the_only_line(bare_warehouse: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: 3\n")
    with closing(Warehouse(StoreSettings(data=bare_warehouse, impact=rules))) as warehouse:
        service = QueryService(warehouse, tile_cache_mb=8)
        (line,) = build_impact_lines(service, service.view(), [IMPACT])
    assert "rules.yaml" in line
