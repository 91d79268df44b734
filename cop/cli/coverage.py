"""Coverage: plans of further sensors and of patrols, and its files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlencode

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, RegionName, app, guarded
from cop.cli.release import HighestLabel, PolicyPath, ReaderAgency, read_written_for
from cop.errors import FilterError
from cop.model.trial import MOST_TRIALS
from cop.settings import CoverageSettings, StoreSettings

if TYPE_CHECKING:
    from cop.analysis.patrol import PatrolStretch
    from cop.analysis.sight.viewshed import Placement
    from cop.query.coverage.plan import SensorPlan
    from cop.query.coverage.team import TeamPlan

coverage_app = typer.Typer(no_args_is_help=True, help="What sensors see, and what they do not.")
app.add_typer(coverage_app, name="coverage")


@coverage_app.command("plan")
@guarded
def plan(
    *,
    add: Annotated[
        int | None, typer.Option(min=1, max=MOST_TRIALS, help="Number of sensors.")
    ] = None,
    patrols: Annotated[int | None, typer.Option(min=1, max=100, help="Number of teams.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--filter", help="Part of the filter, as sector=TCA; repeatable."),
    ] = None,
    candidates: Annotated[
        Path | None,
        typer.Option(help="CSV of places: lon, lat, name. Else high ground near towns."),
    ] = None,
    height: Annotated[float, typer.Option(min=0, help="Of a new sensor above ground, m.")] = 20.0,
    reach: Annotated[float, typer.Option("--range", min=0.1, help="Its range, km.")] = 15.0,
    hours: Annotated[float, typer.Option(min=1, max=24, help="Length of a patrol's shift.")] = 8.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the random checks.")] = 0,
    data: Data = None,
    region: RegionName = None,
    as_json: AsJson = False,
) -> None:
    """Propose where N more sensors, or N patrols, close the most of the risk-weighted gap."""
    from cop.analysis.sight.viewshed import Placement
    from cop.model.filter import Filter
    from cop.query.coverage.gap import read_gaps

    if (add is None) == (patrols is None):
        raise FilterError("use either --add N, for sensors, or --patrols N, for teams")
    store = build_settings(StoreSettings, data=data, region=region)
    pairs = [_split(text) for text in where or ()]
    with open_service(store) as service:
        view = service.view(Filter.from_pairs(pairs))
        gaps = read_gaps(service, view)
        if gaps is None:
            raise FilterError("no sensors are loaded for these records: coverage is unknown")
        if add is not None:
            look = Placement(lon=0.0, lat=0.0, height_m=height, range_m=1_000 * reach)
            found = _plan_sensors(service, view, gaps, number=add, file=candidates, look=look)
            text = json.dumps(_sensors_json(found)) if as_json else _describe_sensors(found, pairs)
            typer.echo(text)
        else:
            teams = _plan_teams(service, view, gaps, teams=patrols or 1, hours=hours, seed=seed)
            typer.echo(json.dumps(_teams_json(teams)) if as_json else _describe_teams(teams))


@coverage_app.command("export")
@guarded
def export(
    folder: Path,
    *,
    where: Annotated[
        list[str] | None,
        typer.Option("--filter", help="Part of the filter, as records=synthetic; repeatable."),
    ] = None,
    cell: Annotated[float, typer.Option(min=10, help="Side of a cell of the raster, m.")] = 250.0,
    by: Annotated[
        Literal["hour", "day", "week"], typer.Option(help="What a row of segment-hours is of.")
    ] = "hour",
    agency: ReaderAgency = None,
    highest: HighestLabel = None,
    access: PolicyPath = None,
    data: Data = None,
    region: RegionName = None,
    as_json: AsJson = False,
) -> None:
    """Write what sensors see: areas (GeoParquet), segment-hours, and how many see each cell (COG).

    The filter's sectors and counties are those of the segments; areas and cells are of all sensors.
    """
    from cop.export.coverage import export_coverage
    from cop.model.filter import Filter
    from cop.query.marking import page_marking

    store = build_settings(StoreSettings, data=data, region=region)
    readers = read_written_for(agency, highest, access, store=store)
    pairs = [_split(text) for text in where or ()]
    detail = {"folder": folder.name, "filter": urlencode(pairs)} | readers.detail
    with (
        recording(store, "export", "coverage", **detail) as act,
        open_service(store) as opened,
    ):
        service = readers.released(opened)
        view = service.view(Filter.from_pairs(pairs))
        marking = page_marking(view)
        act.detail |= {"marking": marking, "version": view.snapshot.version}
        written = export_coverage(service, view, folder, cell_m=cell, period=by)
    if as_json:
        found: dict[str, Any] = {"areas": str(written.areas), "numbers": str(written.numbers)}
        found |= {"rows": written.rows, "width": written.width, "height": written.height}
        found |= {"hours": str(written.hours), "segment_hours": written.segment_hours}
        found["marking"] = marking
        typer.echo(json.dumps(found))
        return
    typer.echo(
        f"{written.areas}: {written.rows:,} areas; {written.numbers}: {written.width:,} x "
        f"{written.height:,} cells; {written.hours}: {written.segment_hours:,} rows, by {by}; "
        f"{marking}{readers.words}"
    )


def _split(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise FilterError(f"--filter {text[:40]!r}: write NAME=VALUE, as sector=TCA")
    return name, value


def _plan_sensors(
    service: Any, view: Any, gaps: Any, *, number: int, file: Path | None, look: "Placement"
) -> "SensorPlan":
    from cop.cli.progress import stepping
    from cop.query.coverage.candidate import read_candidates
    from cop.query.coverage.plan import propose_sensors

    places = None if file is None else read_candidates(file)
    with stepping("plan", "places") as progress:
        return propose_sensors(
            service, view, gaps, look=look, number=number, places=places, progress=progress
        )


def _plan_teams(
    service: Any, view: Any, gaps: Any, *, teams: int, hours: float, seed: int
) -> "TeamPlan":
    from cop.analysis.patrol import Shift
    from cop.query.coverage.team import plan_teams

    share = build_settings(CoverageSettings).patrol_random_share
    shift = Shift(hours=hours, random_share=share)
    return plan_teams(service, view, gaps, teams=teams, shift=shift, seed=seed)


def _describe_sensors(plan: "SensorPlan", pairs: list[tuple[str, str]]) -> str:
    lines = [plan.summary]
    for place in plan.places:
        one = place.candidate
        ground = "" if one.ground_m is None else f", ground {one.ground_m:,.0f} m"
        lines.append(
            f"  {place.mgrs}  {one.lat:.5f}, {one.lon:.5f}  {one.name}{ground}: "
            f"{place.closes:,.1f} alone"
        )
    if plan.rival is not None:
        lines.append(plan.rival)
    tried = [("whatif", trial.to_text()) for trial in plan.to_trials()]
    lines.append(f"to see it as a what-if: /Coverage?{urlencode([*pairs, *tried], safe=':@,')}")
    return "\n".join(lines)


def _sensors_json(plan: "SensorPlan") -> dict[str, Any]:
    return {
        "closes": plan.cover.weight,
        "total": plan.total,
        "by_risk": plan.gaps.by_risk,
        "bound": plan.cover.bound,
        "proven": plan.cover.is_proven,
        "candidates": plan.candidates,
        "whatif": [trial.to_text() for trial in plan.to_trials()],
        "places": [
            {
                "name": place.candidate.name,
                "lon": place.candidate.lon,
                "lat": place.candidate.lat,
                "mgrs": place.mgrs,
                "ground_m": place.candidate.ground_m,
                "closes": place.closes,
            }
            for place in plan.places
        ],
        "runner_up": None
        if plan.runner_up is None
        else {
            "closes": plan.runner_up.weight,
            "places": [place.candidate.name for place in plan.other],
        },
    }


def _describe_teams(found: "TeamPlan") -> str:
    from cop.query.coverage.plan import describe_bound

    plan, shift = found.plan, found.shift
    names = found.segments["segment_id"].tolist()
    lines = [
        f"{len(plan.stretches)} teams of {shift.hours:g} h patrol segments with "
        f"{plan.cover.weight:,.1f} of {found.total:,.1f} {found.unit} "
        f"({plan.cover.weight / found.total:.0%}); "
        f"{describe_bound(plan.cover)}"
    ]
    for stretch in plan.stretches:
        lines.append(
            f"  {_name_stretch(found, stretch.base, stretch.first, stretch.last)}, "
            f"travel {stretch.travel_hours:.1f} h, patrol {stretch.patrol_hours:.1f} h, "
            f"random check {_name_check(names, stretch)}"
        )
    if plan.runner_up is not None:
        stretches = "; ".join(_name_stretch(found, *way) for way in plan.other)
        lines.append(f"runner-up, {plan.runner_up.weight:,.1f}: {stretches}")
    lines.append(
        f"{shift.random_share:.0%} of each shift is for random checks: a plan that follows its own "
        "detections sends teams where they were, and never learns that it is wrong elsewhere."
    )
    return "\n".join(lines)


def _name_stretch(found: "TeamPlan", base: int, first: int, last: int) -> str:
    names = found.segments["segment_id"]
    return f"from {found.bases[base]}: {names.iloc[first]} to {names.iloc[last]}"


def _name_check(names: list[str], stretch: "PatrolStretch") -> str:
    check = stretch.random_check
    return "none can be reached in its time" if check is None else names[check]


def _teams_json(found: "TeamPlan") -> dict[str, Any]:
    names = found.segments["segment_id"].tolist()
    plan = found.plan
    return {
        "watches": plan.cover.weight,
        "total": found.total,
        "bound": plan.cover.bound,
        "proven": plan.cover.is_proven,
        "random_share": found.shift.random_share,
        "teams": [
            {
                "base": found.bases[stretch.base],
                "first": names[stretch.first],
                "last": names[stretch.last],
                "travel_hours": stretch.travel_hours,
                "patrol_hours": stretch.patrol_hours,
                "random_check": None
                if stretch.random_check is None
                else names[stretch.random_check],
            }
            for stretch in plan.stretches
        ],
        "runner_up": None
        if plan.runner_up is None
        else {
            "watches": plan.runner_up.weight,
            "teams": [
                {"base": found.bases[base], "first": names[first], "last": names[last]}
                for base, first, last in plan.other
            ],
        },
    }
