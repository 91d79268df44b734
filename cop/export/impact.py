"""Impact levels in a hand-out: the segments of the higher levels, and their checklists."""

from collections.abc import Sequence
from typing import Final

from cop.errors import SettingsError
from cop.layerkind.impacts import describe_levels
from cop.layerkind.registry import kind_of
from cop.model.impact import Impact, name_level
from cop.model.layer import Layer
from cop.model.moment import format_dtg
from cop.query.forecast.track import describe_track
from cop.query.impact import Impacts, read_impacts
from cop.query.service import QueryService
from cop.query.view import View

MOST_SEGMENTS: Final = 12
"""Segments listed per level; the rest are counted."""
LISTED_LEVELS: Final = ("critical", "high")


def build_impact_lines(
    service: QueryService, view: View, layers: Sequence[Layer]
) -> tuple[str, ...]:
    """Return the lines on impact levels if a layer shows them; else none."""
    if not any(kind_of(layer).shows_impacts for layer in layers):
        return ()
    try:
        impacts = read_impacts(service, view)
    except SettingsError as fault:
        return (str(fault),)
    if impacts is None:
        return ()
    impacts = impacts.within(view)
    chosen = impacts.levels
    lines = [
        f"Levels of {format_dtg(impacts.basis.now)}: {describe_levels(impacts)}. "
        f"Expected events: {describe_track(impacts.figures)}"
    ]
    for level in impacts.counts:
        lines.append(_describe_level(impacts, level))
        if level in LISTED_LEVELS or any(i.valid_decision for i in chosen if i.level == level):
            lines += _segments(
                [i for i in chosen if i.level == level], decided=level not in LISTED_LEVELS
            )
    return tuple(lines)


def _describe_level(impacts: Impacts, level: str) -> str:
    checklist = "; ".join(impacts.basis.rules.checklist(level))
    return f"{name_level(level).upper()} ({impacts.counts[level]:,}). What to do: {checklist}"


def _segments(found: Sequence[Impact], *, decided: bool) -> list[str]:
    """Return one line per segment: decided ones first, then those with most expected events."""
    chosen = [i for i in found if i.valid_decision is not None or not decided]
    chosen.sort(key=lambda i: (i.valid_decision is None, -i.proposal.figures["expected"]))
    lines = [
        f"{i.proposal.segment_id}: {name_level(i.level)}, {i.status_text}. {i.why}"
        for i in chosen[:MOST_SEGMENTS]
    ]
    left = len(chosen) - len(lines)
    return [*lines, f"and {left:,} more"] if left else lines
