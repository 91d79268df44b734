"""Impact levels for programs, and the steps that people take on them."""

from dataclasses import replace
from math import isfinite

from cop.errors import ImpactError
from cop.model.impact import RANKS, Agreement, Decision, Impact
from cop.model.moment import format_dtg, format_instant
from cop.query.forecast.track import describe_track
from cop.query.impact import Impacts
from cop.query.marking import list_shown_sources, page_marking
from cop.query.service import QueryService
from cop.query.view import View


def agree_impacts(
    service: QueryService, view: View, impacts: Impacts, agreement: Agreement
) -> tuple[Decision, ...]:
    """Agree on the levels that ``impacts`` proposes, or change them; ImpactError where refused."""
    _check_present(view)
    basis = _basis(view)
    return service.room.decisions.agree(
        agreement,
        impacts.proposals,
        impacts.basis.rules,
        records=impacts.basis.records,
        version=view.snapshot.version,
        marking=page_marking(basis),
        sources=list_shown_sources(basis),
    )


def clear_impacts(
    service: QueryService, view: View, impacts: Impacts, agreement: Agreement
) -> tuple[Decision, ...]:
    """End decisions before their time; ImpactError where one is not in force."""
    _check_present(view)
    basis = _basis(view)
    return service.room.decisions.clear(
        agreement,
        impacts.proposals,
        records=impacts.basis.records,
        version=view.snapshot.version,
        marking=page_marking(basis),
        sources=list_shown_sources(basis),
    )


def _basis(view: View) -> View:
    """Return the view of what levels rest on: every source."""
    return view.narrowed(replace(view.filter, sources=()))


def _check_present(view: View) -> None:
    known_at = view.snapshot.known_at
    if known_at is not None:
        raise ImpactError(
            f"levels at {format_dtg(known_at)} are read-only; return to the current data to decide"
        )


def to_json(impacts: Impacts) -> dict[str, object]:
    """Return the levels, their reasons and the checklists as plain values; unknown is None."""
    basis = impacts.basis
    window = basis.filter.window
    return {
        "records": basis.records,
        "synthetic": impacts.synthetic,
        "at": format_instant(basis.now),
        "window": [format_instant(m) for m in (window.start, window.end) if m is not None],
        "forecast_from": format_instant(impacts.figures.risk.origin),
        "track_record": describe_track(impacts.figures),
        "counts": impacts.counts,
        "checklists": {level: list(basis.rules.checklist(level)) for level in RANKS},
        "segments": [
            impact_to_json(impact) for group in impacts.by_sector.values() for impact in group
        ],
    }


def impact_to_json(impact: Impact) -> dict[str, object]:
    """Return one level as plain values."""
    proposal, decision = impact.proposal, impact.valid_decision
    return {
        "segment_id": proposal.segment_id,
        "sector": proposal.sector,
        "level": impact.level,
        "state": impact.state,
        "until": format_instant(impact.until) if impact.until else None,
        "by": decision.by if decision else None,
        "reason": decision.reason if decision else None,
        "revision": impact.revision,
        "proposed": proposal.level,
        "rule": proposal.rule,
        "reasons": list(proposal.reason_lines),
        "not_judged": list(proposal.unjudged),
        "figures": {
            name: round(value, 3) if isfinite(value) else None
            for name, value in proposal.figures.items()
        },
        "note": impact.differs or impact.ended or None,
    }
