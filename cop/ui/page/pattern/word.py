"""Sentences of the Patterns page: how many records, what was left out, how certain."""

from datetime import timedelta

from cop.analysis.cycle import Profile
from cop.analysis.hotspot import SIGNIFICANCE
from cop.analysis.moon import PHASES
from cop.analysis.season import MONTHS
from cop.model.filter import Filter
from cop.model.moment import format_dtg
from cop.model.window import PRESETS, TimeWindow
from cop.query.hotspot import LEFT_OUT, HotspotFigures, describe_steps
from cop.query.hour import HourOfWeek
from cop.query.pattern import Patterns
from cop.query.scope import format_span
from cop.store.snapshot import Snapshot
from cop.ui.component.chart.heat import WEEKDAYS

LEAST_P = 0.001
_MOST_SECTORS = 3
_REASONS = {
    "coarse": "dated to a week or more",
    "edge": "on partial days at the edge of the window or the records",
}
_SEASON_REASONS = _REASONS | {"coarse": "dated to a year"}


def format_p(p: float) -> str:
    """Write a p with the digits that matter."""
    if p <= LEAST_P:
        return f"\N{LESS-THAN OR EQUAL TO} {LEAST_P:g}"
    return f"{p:.2f}" if p >= 0.01 else f"{p:.3f}"  # noqa: PLR2004


def describe_wider(own: TimeWindow, wider: TimeWindow) -> str:
    """Say that the page is of a wider window than the Picture's own, and of which."""
    names = {length: name for name, length in PRESETS.items()}
    short = (
        f"The last {names[own.length]}" if own.length in names else f"The window {format_span(own)}"
    )
    has = "have" if own.length in names else "has"
    if wider.length is None or wider.end is None:
        return ""
    shown = f"{wider.length.days} d to {format_dtg(wider.end)}"
    return f"{short} {has} too few records for a trend: the page shows {shown}."


def describe_found(figures: HotspotFigures) -> str:
    """Describe in one sentence which trends there are and where."""
    found = figures.found
    if found.empty:
        return f"**No hot-spot trend in any of the {len(figures.table):,} cells in this window.**"
    classes = found["class"].value_counts()
    sectors = found["sector"].value_counts().head(_MOST_SECTORS)
    kinds = ", ".join(f"{n:,} {name}" for name, n in classes.items())
    where = ", ".join(f"{name} ({n:,})" for name, n in sectors.items())
    one = len(found) == 1
    return (
        f"**{len(found):,} of {len(figures.table):,} cells {'is a' if one else 'are'} hot "
        f"spot{'' if one else 's'}**: {kinds}; most in {where}."
    )


def describe_hotspots(figures: HotspotFigures) -> str:
    """Describe how the trends were found and how far they can be trusted."""
    if figures.steps is None:
        return "Where records cluster, and whether clusters grow or fade over the window."
    words = (
        f"{figures.n:,} records; {describe_steps(figures)}. {_left_out(figures.left_out, LEFT_OUT)}"
    )
    if figures.reason is not None:
        return words
    return (
        f"{words}Each cell and its eight neighbors are compared with all cells and steps "
        "(Getis-Ord Gi*, trends by Mann-Kendall). About "
        f"{SIGNIFICANCE:.0%} of hot steps may be chance (false discovery rate). "
        "Only cells on the line or with past records are included; elsewhere may not be "
        "observed."
    )


def describe_sources(snapshot: Snapshot, resolved: Filter, figures: HotspotFigures) -> list[str]:
    """Warn of sources that begin or end inside the steps: that alone looks like a trend."""
    steps = figures.steps
    if steps is None:
        return []
    step = timedelta(days=steps.days)
    cautions = []
    for name, state in snapshot.event_sources.items():
        counted = state.source.synthetic == (resolved.records == "synthetic") and state.n
        if not counted or (resolved.sources and name not in resolved.sources):
            continue
        title = state.source.title
        if state.oldest is not None and steps.start + step < state.oldest < steps.end:
            begun = format_dtg(state.oldest)
            cautions.append(f"{title} begins at {begun}: growth may only reflect its start")
        if state.newest is not None and steps.start < state.newest < steps.end - step:
            ended = format_dtg(state.newest)
            cautions.append(f"{title} ends at {ended}: decline may only reflect its end")
    return cautions


def describe_hours(hours: HourOfWeek) -> str:
    """Describe how many records know their hour."""
    n = int(hours.table["n"].sum())
    if not n and not hours.missing:
        return "No records in this window and filter."
    if not n:
        return (
            f"No hourly pattern: the sources of all {hours.missing:,} records give only the day or "
            "less."
        )
    left = (
        f"{hours.missing:,} left out (only the day or less is known)"
        if hours.missing
        else "none left out"
    )
    return (
        f"{n:,} records in the local time of their sector, or in UTC outside every sector; {left}. "
        "Raw counts, not tested."
    )


def describe_weekdays(patterns: Patterns) -> str:
    """Return whether weekdays differ."""
    return _describe(
        patterns.weekdays, WEEKDAYS, "weekdays", _left_out(patterns.left_out, _REASONS)
    )


def describe_season(patterns: Patterns) -> str:
    """Return whether the months of the year differ."""
    words = _describe(
        patterns.season, MONTHS, "months", _left_out(patterns.season_left_out, _SEASON_REASONS)
    )
    if patterns.season.table["low"].notna().any():
        words += " Whiskers: lowest and highest year."
    return words


def describe_moon(patterns: Patterns) -> str:
    """Return whether the phases of the moon differ."""
    return _describe(patterns.moon, PHASES, "moon phases", _left_out(patterns.left_out, _REASONS))


def _describe(profile: Profile, names: tuple[str, ...], what: str, left_out: str) -> str:
    if not profile.n:
        return f"No usable records. {left_out}".rstrip()
    words = f"{profile.n:,} records on {profile.days:,} days. {left_out}"
    if profile.p is None:
        return f"{words}**Not tested**: {profile.reason}."
    table = profile.table[profile.table["days"] > 0]
    most, least = table.loc[table["per_day"].idxmax()], table.loc[table["per_day"].idxmin()]
    ends = (
        f"most on {names[int(most['position'])]}, {most['ratio']:.2f} times the daily mean, "
        f"least on {names[int(least['position'])]}, {least['ratio']:.2f} times"
    )
    if what != "weekdays":
        ends = ends.replace("most on", "most at").replace("least on", "least at")
    if what == "months":
        ends = ends.replace("most at", "most in").replace("least at", "least in")
    sure = f"p {format_p(profile.p)}" if profile.p <= LEAST_P else f"p = {format_p(profile.p)}"
    if profile.p >= SIGNIFICANCE:
        return f"{words}**No difference between {what} beyond chance** ({sure}); {ends}."
    return f"{words}**The {what} differ beyond chance** ({sure}): {ends}."


def _left_out(counts: dict[str, int], reasons: dict[str, str]) -> str:
    parts = [f"{counts[name]:,} {words}" for name, words in reasons.items() if counts.get(name)]
    return f"Left out: {', '.join(parts)}. " if parts else ""
