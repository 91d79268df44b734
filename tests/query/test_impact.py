"""Impact levels over made-up and demo records, their tiles, and colours that all can tell apart."""

from datetime import timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cop.errors import SettingsError
from cop.export.impact import build_impact_lines
from cop.layerkind.service.shape import read_features
from cop.layerkind.service.status import read_status
from cop.layerkind.service.tile import build_address, build_addresses, read_tile
from cop.model.filter import Filter
from cop.model.impact import RANKS, Agreement
from cop.model.impact_rule import UNKNOWN
from cop.model.layer import MAX_ZOOM
from cop.model.moment import utc_now
from cop.model.style import Classes
from cop.model.tile import Tile
from cop.query.impact import read_impacts
from cop.query.impact_step import agree_impacts
from cop.query.registry import find_layer
from cop.query.service import QueryService
from cop.settings import StoreSettings
from cop.store.warehouse import Warehouse
from layers.background import LAND
from tests.support.impact import NEVER, QUIET, SURGE, publish_surge
from tests.support.tile import features_of

pytestmark = pytest.mark.forecast

IMPACT = find_layer("impact")
BORDER = [Tile(5, x, y) for x in range(5, 9) for y in range(12, 15)]
Floats = npt.NDArray[np.float64]
# Machado, Oliveira, Fernandes (2009), severity 1: protanopia, deuteranopia, tritanopia.
SIGHTS = (
    np.eye(3),
    np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
              [-0.003882, -0.048116, 1.051998]]),
    np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
              [-0.011820, 0.042940, 0.968881]]),
    np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
              [0.004733, 0.691367, 0.303900]]),
)  # fmt: skip


def opened(folder: Path, **settings: Path) -> QueryService:
    return QueryService(Warehouse(StoreSettings(data=folder, **settings)), tile_cache_mb=8)


def drawn(service: QueryService, wanted: Filter) -> dict[str, dict[str, object]]:
    found = {}
    for tile in BORDER:
        for feature in features_of(
            read_tile(service, service.view(wanted), IMPACT, tile).mvt, "impact"
        ):
            found[feature["properties"]["segment_id"]] = feature["properties"]
    return found


def test_every_segment_has_its_level_on_the_map(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now(), synthetic=True)
    service = opened(own_warehouse)
    wanted = Filter(records="synthetic")
    impacts = read_impacts(service, service.view(wanted))
    assert impacts is not None
    assert impacts.synthetic
    assert sum(impacts.counts.values()) == len(impacts.levels) > 600
    found = drawn(service, wanted)
    known = [impact for impact in impacts.levels if impact.level != UNKNOWN]
    # From afar some of what is unknown lies within the gaps of the dashes.
    assert {i.proposal.segment_id for i in known} < set(found) < set(impacts.proposals)
    for impact in known:
        properties = found[impact.proposal.segment_id]
        assert properties["level"] == impact.level
        assert str(properties["title"]).endswith("(proposed)")
        assert ("expected" in properties) == ("expected_low" in properties)
    ranks = [RANKS[group[0].level] for group in impacts.by_sector.values()]
    assert ranks == sorted(ranks)
    service.warehouse.close()


def test_what_lies_outside_the_filter_has_no_level_on_the_map(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now(), synthetic=True)
    service = opened(own_warehouse)
    wanted = Filter(records="synthetic", sectors=("TCA",))
    impacts = read_impacts(service, service.view(wanted))
    assert impacts is not None
    own = impacts.within(service.view(wanted))
    assert {i.proposal.sector for i in own.levels} == {"TCA"}
    assert sum(own.counts.values()) == len(own.levels) == len(own.places)
    scope = impacts.scope_of(service.view(wanted)).filter
    assert (scope.sectors, scope.window) == (("TCA",), impacts.basis.filter.window)
    for segment, properties in drawn(service, wanted).items():
        assert (properties["level"] == "outside") == (not segment.startswith("TCA")), segment
        if properties["level"] == "outside":
            assert properties["title"] == "\N{EN DASH}, outside the filter"
    service.warehouse.close()


def test_synthetic_records_say_nothing_of_real_ones(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now(), synthetic=True)
    publish_surge(own_warehouse, end=utc_now() - timedelta(days=2.5))
    service = opened(own_warehouse)
    real, synthetic = (
        read_impacts(service, service.view(Filter(records=r))) for r in ("real", "synthetic")
    )
    assert real is not None
    assert synthetic is not None
    assert (real.synthetic, synthetic.synthetic) == (False, True)
    assert [i.proposals[SURGE].level for i in (real, synthetic)] == ["high", "critical"]
    said = Agreement(segments=(QUIET,), by="Ana", reason="an exercise", level="critical")
    agree_impacts(service, service.view(), synthetic, said)
    states = [read_impacts(service, service.view(Filter(records=r))) for r in ("real", "synthetic")]
    assert [i.decided for i in states if i] == [0, 1]
    service.warehouse.close()


def test_nobody_looked_is_unknown_and_dashed(own_warehouse: Path) -> None:
    service = opened(own_warehouse)
    impacts = read_impacts(service, service.view())
    assert impacts is not None
    assert impacts.counts == {UNKNOWN: len(impacts.levels)}
    lines = read_features(service, service.view(), IMPACT, zoom=12, most=100_000)
    assert set(lines["level"]) == {UNKNOWN}
    dashed = lines.to_crs(5070).length.sum() / 1000
    assert dashed == pytest.approx(0.4 * impacts.places["length_km"].sum(), rel=0.02)
    assert max(len(shape.geoms) for shape in lines.geometry) > 5
    whole = read_features(service, service.view(), IMPACT, zoom=MAX_ZOOM, most=100_000)
    assert len(whole) == len(impacts.levels)
    assert whole.to_crs(5070).length.sum() / 1000 > 2.4 * dashed
    standing = read_status(service, service.view(), IMPACT)
    assert standing.status == "unknown"
    assert f"{len(impacts.levels):,} unknown" in standing.status_note
    service.warehouse.close()


def test_a_decision_is_on_the_map_at_once_and_in_the_hand_out(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now())
    service = opened(own_warehouse)
    impacts = read_impacts(service, service.view())
    assert impacts is not None
    levels = {key: impacts.of(key) for key in (SURGE, QUIET, NEVER)}
    assert [i.level for i in levels.values() if i] == ["critical", "low", UNKNOWN]
    address = build_address(service, service.view(), IMPACT)
    said = Agreement(segments=(QUIET,), by="Ana", reason="a crowd waits", level="high")
    agree_impacts(service, service.view(), impacts, said)
    assert build_address(service, service.view(), IMPACT) != address
    found = drawn(service, Filter())
    assert found[QUIET]["title"] == "high (changed)"
    assert str(found[QUIET]["standing"]).startswith("changed by Ana until")
    assert found[SURGE]["title"] == "temporarily critical (proposed)"
    lines = "\n".join(build_impact_lines(service, service.view(), [IMPACT]))
    assert "1 temporarily critical, 1 high" in lines
    assert "What to do: Notify the commander" in lines
    assert f"{QUIET}: high, changed by Ana until" in lines
    assert "80% intervals correct for" in lines or "no track record" in lines
    assert build_impact_lines(service, service.view(), [find_layer("segments")]) == ()
    service.warehouse.close()


def test_stale_records_propose_nothing(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now() - timedelta(days=4))
    service = opened(own_warehouse)
    impacts = read_impacts(service, service.view())
    assert impacts is not None
    assert impacts.basis.stale
    assert impacts.counts == {UNKNOWN: len(impacts.levels)}
    surge = impacts.of(SURGE)
    assert surge is not None
    assert surge.why.startswith("not proposed: data are STALE, newest record ")
    assert read_status(service, service.view(), IMPACT).stale
    said = Agreement(segments=(QUIET,), by="Ana", reason="seen from the air", level="high")
    agree_impacts(service, service.view(), impacts, said)
    decided = read_impacts(service, service.view())
    assert decided is not None
    assert decided.counts == {"high": 1, UNKNOWN: len(impacts.levels) - 1}
    service.warehouse.close()


def test_old_records_propose_nothing_critical(own_warehouse: Path) -> None:
    publish_surge(own_warehouse, end=utc_now() - timedelta(days=400), cadence_days=1_000)
    service = opened(own_warehouse)
    impacts = read_impacts(service, service.view())
    assert impacts is not None
    surge = impacts.of(SURGE)
    assert surge is not None
    assert (surge.level, surge.proposal.lapsed) == ("high", "surge on a busy segment")
    service.warehouse.close()


def test_rules_at_fault_leave_the_rest_of_the_picture(bare_warehouse: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: 3\n")
    service = opened(bare_warehouse, impact=rules)
    assert "impact" in build_addresses(service, service.view())
    standing = read_status(service, service.view(), IMPACT)
    assert (standing.is_loaded, standing.status) == (False, "error")
    assert "rules.yaml" in standing.status_note
    with pytest.raises(SettingsError, match=r"rules\.yaml"):
        read_impacts(service, service.view())
    service.warehouse.close()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_levels_are_told_apart_by_everybody(theme: str) -> None:
    line = IMPACT.style.line
    assert isinstance(line, Classes)
    levels = [entry for entry in line.classes if entry.value != "outside"]
    paints = [entry.paint for entry in levels] + [LAND]
    for sight in SIGHTS:
        seen = [lab(sight @ linear(np.array(p.rgba(theme)[:3]) / 255)) for p in paints]
        assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 18
    widths = dict(IMPACT.style.line_widths_px)
    named = [*RANKS, "outside"]
    assert [widths[level] for level in named] == sorted(widths.values(), reverse=True)


def linear(channels: Floats) -> Floats:
    """Linear channels of sRGB, 0-1."""
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(channels: Floats) -> Floats:
    """CIE L*a*b* (D65) of linear channels."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(channels, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
