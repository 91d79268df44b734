"""Briefs of areas: made as files, and every day by a running server."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import Data, app, guarded
from cop.cli.release import HighestLabel, PolicyPath, ReaderAgency, read_written_for
from cop.settings import AccessSettings, ExportSettings, StoreSettings

if TYPE_CHECKING:
    from cop.model.filter import Filter

brief_app = typer.Typer(no_args_is_help=True, help="Briefs of a county, a sector or an area.")
app.add_typer(brief_app, name="brief")

County = Annotated[
    list[str] | None, typer.Option("--county", help="As 'Santa Cruz, AZ'; repeatable.")
]
Sector = Annotated[list[str] | None, typer.Option("--sector", help="Code; repeatable.")]
By = Annotated[str | None, typer.Option("--by", help="Your name (default: the machine's user).")]


@brief_app.command("make")
@guarded
def make(
    out: Annotated[Path, typer.Argument(help="File *.pdf or *.html to write.")],
    *,
    county: County = None,
    sector: Sector = None,
    records: Annotated[
        str | None, typer.Option(help="real or synthetic (default: as everyone is shown).")
    ] = None,
    agency: ReaderAgency = None,
    highest: HighestLabel = None,
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Make the brief of a place, of the last 24 h and since the last brief of it."""
    from cop.access.policy import read_policy
    from cop.cli.base import name_user
    from cop.errors import BriefError
    from cop.export.briefing import list_contacts, make_brief

    if out.suffix not in (".pdf", ".html"):
        raise BriefError(f"{out}: a brief is a file *.pdf or *.html")
    if not out.parent.is_dir():
        raise BriefError(f"{out}: folder {out.parent} does not exist; create it or choose another")
    store, place = build_settings(StoreSettings, data=data), _read_place(county, sector, records)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    written = read_written_for(agency, highest, access, store=store)
    detail: dict[str, Any] = {"file": out.name, **written.detail}
    with recording(store, "export", "brief", by=by, **detail), open_service(store) as opened:
        finished = make_brief(
            written.released(opened),
            place,
            by=by or name_user(),
            contacts=list_contacts(policy.agencies, policy.host, place),
            paper=build_settings(ExportSettings).paper,
        )
        content = finished.pdf if out.suffix == ".pdf" else finished.html
        part = out.with_name(f".{out.name}.part")
        part.write_bytes(content)
        part.replace(out)
    typer.echo(
        f"{out}: {finished.brief.title}, {finished.brief.banner}, {len(content):,} bytes"
        f"{written.words}"
    )


@brief_app.command("daily")
@guarded
def add_daily(
    *,
    at: Annotated[
        str, typer.Option("--at", help="HH:MM by the local clock of the place.")
    ] = "06:00",
    county: County = None,
    sector: Sector = None,
    agency: Annotated[str, typer.Option("--as", help="Agency that it is released to.")],
    by: By = None,
    access: PolicyPath = None,
    data: Data = None,
) -> None:
    """Let a running server make the brief of a place every day, released to an agency."""
    from cop.access.policy import read_policy
    from cop.cli.base import name_user
    from cop.exchange.partner_release import PartnerReleases
    from cop.export.locality import Locality
    from cop.model.daily import name_place

    store, place = build_settings(StoreSettings, data=data), _read_place(county, sector, None)
    policy = read_policy(build_settings(AccessSettings, access=access).access)
    policy.check_person(agency=agency, roles=())
    hour, minute = _read_clock(at)
    with (
        recording(store, "add daily brief", name_place(place), by=by, agency=agency),
        open_service(store) as service,
    ):
        service.view(place)
        PartnerReleases(service.warehouse.room, store, policy).for_agency(agency)
        zone = Locality.of(service.snapshot, place).zone.key
        added = service.warehouse.room.area_briefs.schedule(
            place=name_place(place),
            made_for=agency,
            time_zone=zone,
            hour=hour,
            minute=minute,
            added_by=by or name_user(),
        )
    typer.echo(f"{added.id}: every day at {at} {zone}, for {agency}")


@brief_app.command("list")
@guarded
def list_briefs(*, data: Data = None) -> None:
    """List what is made every day, and the newest briefs."""
    from cop.model.daily import describe_schedule
    from cop.model.moment import format_instant

    with open_service(build_settings(StoreSettings, data=data)) as service:
        briefs = service.warehouse.room.area_briefs
        for schedule in briefs.schedules():
            typer.echo(f"{schedule.id}  every day: {describe_schedule(schedule)}")
        for made in briefs.list():
            whom = f", for {made.made_for}" if made.made_for else ""
            typer.echo(
                f"{made.id}  {format_instant(made.made_at)}  {made.title}, {made.marking}{whom}"
            )


@brief_app.command("remove")
@guarded
def remove(
    schedule_id: Annotated[str, typer.Argument(metavar="ID", help="As `cop brief list` shows it.")],
    *,
    by: By = None,
    data: Data = None,
) -> None:
    """Make a daily brief no more; those that were made stay."""
    store = build_settings(StoreSettings, data=data)
    with (
        recording(store, "remove daily brief", f"brief {schedule_id[:20]}", by=by),
        open_service(store) as service,
    ):
        service.warehouse.room.area_briefs.unschedule(schedule_id)
    typer.echo(f"{schedule_id}: is made no more")


def _read_place(
    counties: list[str] | None, sectors: list[str] | None, records: str | None
) -> "Filter":
    from cop.model.filter import Filter

    pairs = [
        *(("county", name) for name in counties or ()),
        *(("sector", code) for code in sectors or ()),
        *([("records", records)] if records else []),
    ]
    return Filter.from_pairs(pairs)


def _read_clock(text: str) -> tuple[int, int]:
    from datetime import time

    from cop.errors import BriefError

    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise BriefError(f"--at {text[:20]!r}: write HH:MM, as 06:00") from None
    return found.hour, found.minute
