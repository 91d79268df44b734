"""Impact levels of segments: list proposals and reasons, agree, change, clear."""

import getpass
import json
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from pydantic import ValidationError

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, guarded
from cop.errors import FilterError, ImpactError, StoreError
from cop.model.filter import Filter, Records
from cop.model.impact import Agreement, Impact, name_level
from cop.model.impact_rule import LEVELS, UNKNOWN
from cop.model.moment import format_dtg, parse_dtg, parse_moment, utc_now
from cop.settings import StoreSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cop.access.audit.log import RecordedAct
    from cop.model.impact import Decision
    from cop.query.impact import Impacts
    from cop.query.service import QueryService
    from cop.query.view import View

impact_app = typer.Typer(no_args_is_help=True, help="List and decide impact levels of segments.")
app.add_typer(impact_app, name="impact")

Rules = Annotated[
    Path | None, typer.Option("--impact", help="Impact rules, a YAML file (or COP_IMPACT).")
]
Sort = Annotated[
    str | None,
    typer.Option("--records", help="real or synthetic (default: as `cop records`)."),
]
Segments = Annotated[
    list[str], typer.Argument(metavar="SEGMENT...", help="Segment ids, like TCA-0031.")
]
By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]
Why = Annotated[str, typer.Option("--reason", help="Reason, in one line.")]
BasedOn = Annotated[
    int | None,
    typer.Option("--based-on", min=0, help="Revision that you saw; refused if a newer one exists."),
]
_REMEDIES = {
    "segments": "write ids like TCA-0031; `cop impact list` lists them",
    "level": f"use {', '.join(LEVELS)}",
    "by": "write a name of 1 to 40 characters on one line",
    "reason": "write a reason of 1 to 120 characters on one line",
}


@impact_app.command("list")
@guarded
def list_impacts(
    *,
    level: Annotated[str | None, typer.Option(help="Only segments of this level.")] = None,
    sector: Annotated[str | None, typer.Option(help="Only segments of this sector.")] = None,
    records: Sort = None,
    impact: Rules = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List impact levels by sector, highest first, with reasons and checklists."""
    from cop.layerkind.impacts import describe_levels
    from cop.query.forecast.track import describe_track
    from cop.query.impact_step import to_json

    if level is not None and level not in (*LEVELS, UNKNOWN):
        raise FilterError(f"level {level[:40]!r}: use {', '.join((*LEVELS, UNKNOWN))}")
    with _opened(data, impact, records) as (_, view, impacts):
        if sector is not None and sector not in view.snapshot.sectors:
            known = ", ".join(view.snapshot.sectors)
            raise FilterError(f"sector {sector[:40]!r}: use one of {known}")
        answer = to_json(impacts)
        shown = [
            i
            for group in impacts.by_sector.values()
            for i in group
            if level in (None, i.level) and sector in (None, i.proposal.sector)
        ]
        if as_json:
            ids = {i.proposal.segment_id for i in shown}
            rows: Any = answer["segments"]
            listed = [row for row in rows if row["segment_id"] in ids]
            typer.echo(json.dumps(answer | {"segments": listed}))
            return
        if impacts.synthetic:
            typer.echo("SYNTHETIC")
        typer.echo(f"{describe_levels(impacts)}\n{describe_track(impacts.figures)}")
        for one in shown:
            typer.echo(_line(one))
        for name in dict.fromkeys(one.level for one in shown):
            typer.echo(f"{name_level(name)}: {'; '.join(impacts.basis.rules.checklist(name))}")


@impact_app.command("show")
@guarded
def show_impact(
    segment: Annotated[str, typer.Argument(metavar="SEGMENT")],
    records: Sort = None,
    impact: Rules = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show a segment's level, reasons, checklist, and decision history."""
    from cop.query.impact_step import impact_to_json

    with _opened(data, impact, records) as (service, _, impacts):
        found = impacts.of(segment)
        if found is None:
            raise ImpactError(f"no segment {segment[:40]!r}; `cop impact list` lists the segments")
        decisions = service.room.decisions
        steps = decisions.history(impacts.basis.records, segment)
        checklist = impacts.basis.rules.checklist(found.level)
        if as_json:
            words = impact_to_json(found) | {"checklist": checklist}
            history = [_plain(step) for step in steps]
            typer.echo(json.dumps(words | {"synthetic": impacts.synthetic, "history": history}))
            return
        typer.echo(("SYNTHETIC  " if impacts.synthetic else "") + _line(found))
        for entry in checklist:
            typer.echo(f"  - {entry}")
        for step in steps:
            typer.echo(f"  revision {step.revision}: {step.line}")


@impact_app.command("agree")
@guarded
def agree(
    segments: Segments,
    *,
    reason: Why,
    by: By = None,
    level: Annotated[str | None, typer.Option(help="A level other than the proposed one.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Expiry, UTC or DTG (default: from the rules).")
    ] = None,
    hours: Annotated[
        int | None, typer.Option(min=1, help="Duration in hours, instead of --until.")
    ] = None,
    based_on: BasedOn = None,
    records: Sort = None,
    impact: Rules = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Agree to the proposed levels of segments, or change them; all or none."""
    if until is not None and hours is not None:
        raise ImpactError("use --until or --hours, not both")
    end = _moment(until) if until else utc_now() + timedelta(hours=hours) if hours else None
    agreement = _read_agreement(
        segments, by=by, reason=reason, level=level, until=end, based_on=based_on
    )
    with _opened(data, impact, records) as (service, view, impacts):
        from cop.query.impact_step import agree_impacts

        with _recording(service, "agree", agreement):
            taken = agree_impacts(service, view, impacts, agreement)
        _print_decisions(taken, as_json=as_json)


@impact_app.command("clear")
@guarded
def clear(
    segments: Segments,
    *,
    reason: Why,
    by: By = None,
    based_on: BasedOn = None,
    records: Sort = None,
    impact: Rules = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """End decisions early, so that the proposals apply again; all or none."""
    agreement = _read_agreement(
        segments, by=by, reason=reason, level=None, until=None, based_on=based_on
    )
    with _opened(data, impact, records) as (service, view, impacts):
        from cop.query.impact_step import clear_impacts

        with _recording(service, "clear", agreement):
            taken = clear_impacts(service, view, impacts, agreement)
        _print_decisions(taken, as_json=as_json)


def _recording(
    service: "QueryService", action: str, agreement: Agreement
) -> "AbstractContextManager[RecordedAct]":
    detail: dict[str, Any] = {
        "segments": agreement.segments,
        "level": agreement.level,
        "reason": agreement.reason,
    }
    subject = f"impact {', '.join(agreement.segments)}"
    return recording(service.warehouse.settings, action, subject, by=agreement.by, **detail)


@contextmanager
def _opened(
    data: Path | None, impact: Path | None, records: str | None
) -> "Iterator[tuple[QueryService, View, Impacts]]":
    from cop.query.impact import read_impacts

    if records not in (None, *get_args(Records)):
        raise FilterError(f"records={str(records)[:40]!r}: use real or synthetic")
    with open_service(build_settings(StoreSettings, data=data, impact=impact)) as service:
        view = service.view(Filter(records=records))  # type: ignore[arg-type]
        impacts = read_impacts(service, view)
        if impacts is None:
            raise StoreError(
                f"{service.warehouse.folder}: no region is loaded, so there are no segments"
            )
        yield service, view, impacts


def _read_agreement(
    segments: list[str],
    *,
    by: str | None,
    reason: str,
    level: str | None,
    until: datetime | None,
    based_on: int | None,
) -> Agreement:
    seen = {} if based_on is None else dict.fromkeys(segments, based_on)
    try:
        return Agreement.model_validate(
            {
                "segments": segments,
                "by": _person(by),
                "reason": reason,
                "level": level,
                "until": until,
                "based_on": seen,
            }
        )
    except ValidationError as fault:
        first = fault.errors()[0]
        name = str(first["loc"][0])
        remedy = _REMEDIES.get(name, first["msg"])
        raise ImpactError(f"{name} {str(first['input'])[:60]!r}: {remedy}") from fault


def _moment(text: str) -> datetime:
    """Read ISO 8601 or a date-time group."""
    return (
        parse_moment(text, name="until") if text[:4].isdigit() and "-" in text else parse_dtg(text)
    )


def _person(by: str | None) -> str:
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _line(impact: Impact) -> str:
    return (
        f"{impact.proposal.segment_id}  {name_level(impact.level)}, {impact.status_text}; "
        f"{impact.why}"
    )


def _plain(decision: "Decision") -> dict[str, Any]:
    return {
        name: f"{value.isoformat()}Z" if isinstance(value, datetime) else value
        for name, value in vars(decision).items()
    }


def _print_decisions(decisions: "tuple[Decision, ...]", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"decisions": [_plain(decision) for decision in decisions]}))
        return
    for decision in decisions:
        ends = f", until {format_dtg(decision.until)}" if decision.until else ""
        level = name_level(decision.level) if decision.level else "the proposal applies again"
        step = f"revision {decision.revision}: {decision.step}: {level}{ends}"
        typer.echo(f"{decision.segment_id}  {step}")
