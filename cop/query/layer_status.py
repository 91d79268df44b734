"""What is known of a layer: its sources, its time, whether it is loaded, stale or unknown."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from cop.errors import SettingsError, VersionError
from cop.layerkind.feature_tile import RECORDS
from cop.model.ahead import Ahead
from cop.model.filter import Filter
from cop.model.impact import name_level
from cop.model.impact_rule import UNKNOWN
from cop.model.layer import Layer
from cop.model.marking import highest_marking
from cop.model.moment import format_dtg
from cop.query.figure import SegmentFigures
from cop.query.forecast.track import describe_surface, describe_track, format_window
from cop.query.hotspot import plan_hotspots
from cop.query.impact import Impacts
from cop.query.service import QueryService
from cop.query.statistic import StatisticFigures
from cop.query.uploaded import Counted
from cop.store.dataset.schema import FACILITIES, LINES, STATISTICS, TERRAIN
from cop.store.snapshot import Snapshot

StatusCode = Literal["ok", "unknown", "empty", "error"]

LOADED_BY = {FACILITIES: "places", LINES: "lines", STATISTICS: "statistics", TERRAIN: "terrain"}
"""The kind of source that fills a dataset, as `ingest` names it."""


@dataclass(frozen=True, kw_only=True)
class LayerStatus:
    """The part of a LayerView that says what is known of the layer."""

    source: str = ""
    as_of: datetime | None = None
    stale: bool = False
    marking: str | None = None
    synthetic: bool = False
    held: bool = True
    status: StatusCode = "ok"
    status_note: str = ""
    credits: tuple[str, ...] = ()


def read_status(
    layer: Layer,
    service: QueryService,
    wanted: Filter,
    figures: SegmentFigures | None,
    *,
    shown: bool = True,
) -> LayerStatus:
    """Find out what is known of a layer under a settled filter.

    Of one that is not ``shown`` it is only said what is at hand.
    """
    if layer.tile == "changes":
        return _of_changes(layer, service, wanted)
    standing = _read_standing(layer, service, wanted, figures)
    if layer.tile == "surface" and (shown or service.has_surface(wanted)):
        standing = _of_surface(layer, service, wanted, standing)
    caveats = service.caveats(layer, wanted)
    if not caveats:
        return standing
    note = "; ".join([*([standing.status_note] if standing.status_note else []), caveats[0].text])
    lacking = any(caveat.missing for caveat in caveats)
    return replace(standing, status="unknown" if lacking else standing.status, status_note=note)


def _read_standing(
    layer: Layer, service: QueryService, wanted: Filter, figures: SegmentFigures | None
) -> LayerStatus:
    snapshot = service.snapshot
    if layer.tile == "basemap":
        credit = service.basemap.attribution if service.basemap else ""
        return LayerStatus(source=credit, credits=(credit,) if credit else ())
    if layer.tile in ("terrain", "impacts", "uploads", "rasters"):
        of = {"terrain": _of_terrain, "impacts": _of_impacts}.get(layer.tile, _of_upload)
        return of(layer, service, wanted)
    if layer.statistics:
        return _of_statistics(layer, service, wanted)
    if layer.dataset in RECORDS:
        return _of_places(layer, service, wanted)
    if layer.tile == "features":
        return LayerStatus(source="; ".join(snapshot.credits))
    return _of_events(layer, service, wanted, figures)


def page_marking(snapshot: Snapshot, wanted: Filter) -> str:
    """Give the highest marking of the sources that can be on the screen."""
    shown = [
        s.source.marking
        for name, s in snapshot.sources.items()
        if name not in snapshot.event_sources
        or (
            s.source.synthetic == (wanted.records == "synthetic")
            and (not wanted.sources or name in wanted.sources)
        )
    ]
    return highest_marking(shown)


def _of_surface(
    layer: Layer, service: QueryService, wanted: Filter, standing: LayerStatus
) -> LayerStatus:
    surface = service.surface(wanted)
    if surface is None:
        return standing
    names = _event_sources(layer, service.snapshot, wanted, None)
    return replace(
        standing,
        **_from(service.snapshot, layer, [*names, *surface.effort_sources]),
        status="ok" if surface.reason is None else "unknown",
        status_note=describe_surface(surface, wanted.ahead or Ahead()),
    )


def _of_terrain(layer: Layer, service: QueryService, _wanted: Filter) -> LayerStatus:
    snapshot = service.snapshot
    rasters = service.rasters(snapshot)
    if not rasters:
        return _not_loaded(TERRAIN)
    return LayerStatus(
        **_from(snapshot, layer, _of_kind(snapshot, "terrain")),
        status_note=f"one height every {rasters[0].spacing_m:,.0f} m",
    )


def _of_changes(layer: Layer, service: QueryService, wanted: Filter) -> LayerStatus:
    if service.since is None:
        return LayerStatus(
            held=False, status="unknown", status_note="choose since when on the page Changes"
        )
    since = f"since {format_dtg(service.since)}"
    try:
        changes = service.changes(wanted)
    except VersionError as fault:
        return LayerStatus(held=False, status="unknown", status_note=f"unknown {since}: {fault}")
    names = _event_sources(layer, service.snapshot, wanted, None)
    left = changes.total - len(changes.table)
    return LayerStatus(
        **_from(service.snapshot, layer, names),
        as_of=service.snapshot.catalogue.published_at,
        synthetic=wanted.records == "synthetic",
        status="unknown" if changes.caveats else "ok",
        status_note=since + (f"; the oldest {left:,} are not drawn" if left else ""),
    )


def _of_upload(layer: Layer, service: QueryService, wanted: Filter) -> LayerStatus:
    snapshot = service.snapshot
    uploaded = snapshot.uploaded[layer.id]
    held, until = uploaded.content, uploaded.declared.valid_until
    counted = Counted(n=1, total=1) if held.raster else service.counted(layer, wanted)
    if counted is None:
        return _not_loaded(layer.dataset)
    ended = until is not None and snapshot.now >= until
    within = f"{counted.n:,} of {counted.total:,} features in this filter"
    words = [
        f"values from {held.lowest:g} to {held.highest:g}"
        if held.raster
        else within
        if counted.n < counted.total
        else f"{counted.total:,} features",
        f"{uploaded.content.undated:,} of them undated" if uploaded.content.undated else "",
        f"revision {uploaded.revision} by {uploaded.changed_by}, {format_dtg(uploaded.changed_at)}",
        f"valid until {format_dtg(until)}" if until and not ended else "",
        f"NO LONGER VALID since {format_dtg(until)}" if until and ended else "",
    ]
    return LayerStatus(
        **_from(snapshot, layer, [uploaded.name]),
        as_of=uploaded.content.newest or uploaded.changed_at,
        stale=ended,
        synthetic=uploaded.declared.synthetic,
        status="ok" if counted.n else "empty",
        status_note="; ".join(word for word in words if word),
    )


def _of_places(layer: Layer, service: QueryService, wanted: Filter) -> LayerStatus:
    found = service.presence(layer, wanted)
    if found is None:
        return _not_loaded(layer.dataset)
    snapshot = service.snapshot
    loaded = [snapshot.sources[n].loaded_at for n in found.sources if n in snapshot.sources]
    return LayerStatus(
        **_from(snapshot, layer, found.sources),
        as_of=found.newest,
        synthetic=found.synthetic,
        status_note=f"loaded {format_dtg(max(loaded))}" if loaded else "",
    )


def _of_statistics(layer: Layer, service: QueryService, wanted: Filter) -> LayerStatus:
    """The places must be there and at least one of the figures; it is those that have a time."""
    snapshot, names = service.snapshot, set[str]()
    if layer.dataset in RECORDS:
        places = service.presence(layer, wanted)
        names |= set(places.sources) if places else set()
    if layer.dataset not in snapshot.catalogue.files or (layer.dataset in RECORDS and not names):
        return _not_loaded(layer.dataset)
    found = [service.statistic(statistic, wanted) for statistic in layer.statistics]
    held = [figures for figures in found if figures.newest is not None]
    if not held:
        return _not_loaded(STATISTICS)
    names |= {name for figures in held for name in figures.sources}
    ended = [figures.ended_at for figures in held if figures.ended_at is not None]
    return LayerStatus(
        **_from(snapshot, layer, sorted(names)),
        # The last minute of a period names it better than the first of the next one.
        as_of=max(ended) - timedelta(minutes=1) if ended else None,
        stale=any(figures.stale for figures in held),
        synthetic=held[0].synthetic,
        status="ok" if ended else "unknown",
        status_note=_describe(held[0], wanted, snapshot.now),
    )


def _describe(figures: StatisticFigures, wanted: Filter, now: datetime) -> str:
    if figures.first is None:
        return "unknown: every figure is of a time after this window"
    note = figures.describe_periods()
    end, reached = wanted.window.end, figures.ended_at
    if figures.stale:
        note += ": the newest there is, before this window"
    elif reached is not None and (end is None or reached < min(end, now)):
        note += ", none published after"
    if wanted.records == "synthetic" and not figures.synthetic:
        note += "; REAL figures beside SYNTHETIC events"
    return note


def _of_events(
    layer: Layer, service: QueryService, wanted: Filter, figures: SegmentFigures | None
) -> LayerStatus:
    snapshot = service.snapshot
    synthetic = wanted.records == "synthetic"
    found = service.presence(layer, wanted) if layer.where else None
    if layer.where and found is None:
        kinds = ", ".join(kind for _, kinds in layer.where for kind in kinds)
        return LayerStatus(
            marking=layer.marking,
            synthetic=synthetic,
            held=False,
            status="unknown",
            status_note=f"unknown: no records of {kinds} are loaded",
        )
    newest = found.newest if found else snapshot.newest(wanted.records or "real")
    status, note = _status(layer, figures)
    if layer.tile == "hotspots":
        reason = plan_hotspots(snapshot, wanted)[1]
        status, note = ("ok", "") if reason is None else ("unknown", f"unknown: {reason}")
    names = _event_sources(layer, snapshot, wanted, found.sources if found else None)
    if layer.tile == "segments" and figures is not None and figures.has_barriers:
        names += _of_kind(snapshot, "lines")
    if layer.id == "risk" and figures is not None:
        names += figures.risk.effort_sources
    return LayerStatus(
        **_from(snapshot, layer, names),
        as_of=newest,
        stale=layer.stale_after_hours is not None
        and newest is not None
        and snapshot.now - newest > timedelta(hours=layer.stale_after_hours),
        synthetic=synthetic,
        status=status,
        status_note=note,
    )


def _of_impacts(layer: Layer, service: QueryService, wanted: Filter) -> LayerStatus:
    """A fault in the file of rules is the layer's alone: the rest of the picture stays."""
    try:
        impacts = service.impacts(wanted)
    except SettingsError as fault:
        return LayerStatus(held=False, status="error", status_note=str(fault))
    if impacts is None:
        return _not_loaded(layer.dataset)
    snapshot, basis = service.snapshot, impacts.basis
    names = _event_sources(layer, snapshot, basis.wanted, None)
    names += [n for n in _of_kind(snapshot, "sensors") if n in _same_sort(snapshot, basis.records)]
    aged = timedelta(hours=layer.stale_after_hours or 0)
    known = impacts.figures.risk.reason is None and set(impacts.counts) != {UNKNOWN}
    return LayerStatus(
        **_from(snapshot, layer, names),
        as_of=basis.known_to,
        stale=basis.known_to is not None and snapshot.now - basis.known_to > aged,
        synthetic=impacts.synthetic,
        status="ok" if known else "unknown",
        status_note=f"{describe_levels(impacts)}; {describe_track(impacts.figures)}",
    )


def describe_levels(impacts: Impacts) -> str:
    """Say how many segments are of each level, how many people agreed on, and what has ended."""
    counted = ", ".join(f"{n:,} {name_level(level)}" for level, n in impacts.counts.items())
    decided, ended = impacts.decided, len(impacts.ended)
    words = f"{counted}; {decided:,} agreed or changed by people, the others proposed"
    return words + (f"; {ended:,} agreements have ended: proposals stand again" if ended else "")


def _same_sort(snapshot: Snapshot, records: str) -> list[str]:
    wanted = records == "synthetic"
    return [n for n, state in snapshot.sources.items() if state.source.synthetic == wanted]


def _status(layer: Layer, figures: SegmentFigures | None) -> tuple[StatusCode, str]:
    if figures is None:
        return "unknown", "no region is loaded"
    if layer.id == "coverage" and figures.table["coverage"].isna().all():
        return "unknown", "unknown: no sensors are loaded for these records"
    if layer.id == "risk":
        return _status_of_risk(figures)
    if layer.tile == "surface":
        return "ok", "made when it is shown, with its track record"
    return "ok", ""


def _status_of_risk(figures: SegmentFigures) -> tuple[StatusCode, str]:
    if figures.risk.reason is not None:
        return "unknown", describe_track(figures)
    effort = "" if figures.risk.with_effort else "effort unknown; "
    return "ok", f"{format_window(figures.risk_window)}; {effort}{describe_track(figures)}"


def _not_loaded(dataset: str) -> LayerStatus:
    kind = LOADED_BY.get(dataset)
    remedy = f": `python -m cop ingest {kind} FILE --profile NAME` loads it" if kind else ""
    return LayerStatus(held=False, status="unknown", status_note=f"unknown: not loaded{remedy}")


def _from(snapshot: Snapshot, layer: Layer, names: Iterable[str]) -> dict[str, Any]:
    """Give what the sources say of themselves; the highest of their markings is the layer's."""
    sources = [snapshot.sources[name].source for name in names if name in snapshot.sources]
    return {
        "source": "; ".join(source.title for source in sources) or "no source loaded",
        "credits": tuple(dict.fromkeys(s.attribution for s in sources if s.attribution)),
        "marking": highest_marking([layer.marking, *(source.marking for source in sources)]),
    }


def _of_kind(snapshot: Snapshot, kind: str) -> list[str]:
    return [name for name, state in snapshot.sources.items() if state.source.kind == kind]


def _event_sources(
    layer: Layer, snapshot: Snapshot, wanted: Filter, holding: tuple[str, ...] | None
) -> list[str]:
    kind = "sensors" if layer.tile == "sensors" and _of_kind(snapshot, "sensors") else "events"
    return [
        name
        for name, state in snapshot.sources.items()
        if state.source.kind == kind
        and state.source.synthetic == (wanted.records == "synthetic")
        and (holding is None or name in holding)
        and (not wanted.sources or name in wanted.sources or layer.tile == "sensors")
    ]
