"""The words of the Coverage page."""

from cop.model.moment import format_dtg
from cop.query.coverage.gap import Gaps
from cop.query.coverage.health import LEAST_EVENTS, SensorHealth
from cop.query.coverage.timeline import Timeline

_SEEN = "Covered: a working sensor sees it. A degraded sensor counts half. "
_TERRAIN = (
    "Over the terrain that is loaded, with earth curvature and refraction, for a target of 1.7 m. "
    "The error of the heights is drawn 20 times, so a place at the edge is covered in part."
)


def describe_method(health: SensorHealth) -> str:
    """Return what covered means, and for how many sensors no terrain is loaded."""
    table = health.table
    flat = int((table["terrain"] == "none").sum())
    if flat == len(table):
        return f"{_SEEN}No terrain is loaded here: all within a sensor's range counts as seen."
    note = f" No terrain for {flat:,} of {len(table):,} sensors: all in their range counts as seen."
    return f"{_SEEN}{_TERRAIN}{note if flat else ''}"


def describe_timeline(timeline: Timeline) -> str:
    """Return what was covered in the window, in total."""
    sums = timeline.table[["seen_km_hours", "unknown_km_hours", "total_km_hours"]].sum()
    total = sums["total_km_hours"]
    unknown = sums["unknown_km_hours"] / total
    words = f"{sums['seen_km_hours'] / total:.0%} of segment-hours covered"
    return f"{words}, {unknown:.0%} unknown" if unknown > 0 else words


def describe_gaps(gaps: Gaps) -> str:
    """Return what the gaps are ranked by, and of which time."""
    basis = (
        "risk x length x hours: the events expected there while nobody saw it"
        if gaps.by_risk
        else "length x hours, as there is no forecast"
    )
    return (
        f"Ranked by {basis}. {format_dtg(gaps.start)} to {format_dtg(gaps.end)}, "
        f"{gaps.hours:,.0f} h."
    )


def describe_health(health: SensorHealth) -> str:
    """Return how many sensors are in which state, and what stands out."""
    table = health.table
    counts = table["state"].value_counts()
    parts = [
        f"{int(counts.get(state, 0)):,} {words}"
        for state, words in (
            ("up", "working"),
            ("degraded", "degraded"),
            ("down", "down"),
            ("unknown", "not reported"),
        )
        if counts.get(state, 0) or state == "up"
    ]
    text = f"{len(table):,} sensors: {', '.join(parts)} at {format_dtg(health.end)}."
    silent = int(table["silent"].sum())
    if not health.attributed:
        return f"{text} No event of the window names its sensor, so detections are unknown."
    text += " Detections and events here are of all kinds in the window, also outside the filter."
    if silent:
        text += (
            f" {silent:,} detected nothing in the area that they claim to see, where "
            f"{LEAST_EVENTS} events or more were recorded."
        )
    return text
