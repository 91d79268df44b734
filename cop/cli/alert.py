"""Alerts of surges and rushes: detect, list, acknowledge, close, export."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, app, guarded
from cop.cli.release import HighestLabel, PolicyPath, ReaderAgency, read_written_for
from cop.settings import AccessSettings, StoreSettings, WebSettings

if TYPE_CHECKING:
    from cop.model.alert import Alert
    from cop.model.release import Release
    from cop.store.room.alert import Alerts
    from cop.store.room.room import Room

alert_app = typer.Typer(
    no_args_is_help=True, help="Detect, list, acknowledge and close alerts of surges and rushes."
)
app.add_typer(alert_app, name="alerts")
By = Annotated[str, typer.Option("--by", help="Your name, stored in the history.")]


@alert_app.command("detect")
@guarded
def detect(*, data: Data = None, as_json: AsJson = False) -> None:
    """Check the newest version for alerts once; a running server does this itself."""
    _alerts(data)
    store = build_settings(StoreSettings, data=data)
    with recording(store, "detect", "alerts") as act:
        alerts = watch_newest(store)
        act.detail["alerts"] = [alert.id for alert in alerts]
    if as_json:
        typer.echo(json.dumps([_to_json(alert) for alert in alerts]))
        return
    for alert in alerts:
        typer.echo(f"{alert.step}: {_line(alert)}")
    if not alerts:
        typer.echo("no new alerts")


@alert_app.command("list")
@guarded
def list_(
    *,
    data: Data = None,
    state: Annotated[
        str | None, typer.Option("--state", help="open, acknowledged or closed.")
    ] = None,
    records: Annotated[
        str | None,
        typer.Option("--records", help="real or synthetic; default: both, listed separately."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List alerts of the newest version, open ones first, real and SYNTHETIC separately."""
    from cop.model.alert import read_records, read_state, sort_alerts

    requested_state, sort = read_state(state), read_records(records)
    alerts = _alerts(data)
    watch_newest(build_settings(StoreSettings, data=data))
    found = [
        alert for alert in sort_alerts(alerts.list(sort)) if requested_state in (None, alert.state)
    ]
    found.sort(key=lambda alert: alert.synthetic)
    if as_json:
        typer.echo(json.dumps([_to_json(alert) for alert in found]))
        return
    for alert in found:
        typer.echo(_line(alert))
    if not found:
        typer.echo("no alerts")


@alert_app.command("show")
@guarded
def show(alert_id: str, *, data: Data = None, as_json: AsJson = False) -> None:
    """Show every step of an alert, oldest first."""
    history = _alerts(data).history(alert_id)
    if as_json:
        typer.echo(json.dumps([_to_json(alert) for alert in history]))
        return
    for alert in history:
        typer.echo(f"{alert.at:%Y-%m-%d %H:%M}Z {alert.step} by {alert.who}: {_line(alert)}")


@alert_app.command("acknowledge")
@guarded
def acknowledge(alert_id: str, *, by: By, data: Data = None, as_json: AsJson = False) -> None:
    """Acknowledge an alert: record who takes care of it."""
    alerts, store = _alerts(data), build_settings(StoreSettings, data=data)
    with recording(store, "acknowledge", f"alert {alert_id}", by=by):
        alert = alerts.acknowledge(alert_id, by=by)
    _print_alert(alert, as_json=as_json)


@alert_app.command("close")
@guarded
def close(
    alert_id: str,
    *,
    by: By,
    outcome: Annotated[str, typer.Option(help="confirmed, planned, data or false.")],
    reason: Annotated[str, typer.Option(help="Reason, in one sentence.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Close an alert with an outcome and a reason."""
    alerts, store = _alerts(data), build_settings(StoreSettings, data=data)
    with recording(store, "close", f"alert {alert_id}", by=by):
        closed = alerts.close_alert(alert_id, by=by, outcome=outcome, reason=reason)
    _print_alert(closed, as_json=as_json)


@alert_app.command("export")
@guarded
def export(
    alert_id: str,
    *,
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="New file; default: standard output.")] = None,
    sender: Annotated[
        str, typer.Option(help="Sender id, preferably under your own domain.")
    ] = "cop",
    agency: ReaderAgency = None,
    highest: HighestLabel = None,
    access: PolicyPath = None,
) -> None:
    """Write an alert as a CAP 1.2 message."""
    from cop.errors import AlertError
    from cop.export.cap import render_cap

    alerts, store = _alerts(data), build_settings(StoreSettings, data=data)
    written = read_written_for(agency, highest, access, store=store)
    with recording(store, "export", f"alert {alert_id}", format="cap", **written.detail):
        history = alerts.released_to(written.release).history(alert_id)
        message = render_cap(history, sender=sender)
        if out is None:
            sys.stdout.write(message.decode())
            return
        try:
            with out.open("xb") as file:
                file.write(message)
        except OSError as fault:
            raise AlertError(
                f"{out}: cannot be written ({fault.strerror}); choose a new file"
            ) from fault


def watch_newest(store: StoreSettings) -> "tuple[Alert, ...]":
    """Check the newest version of a warehouse once; return new and extended alerts.

    What the releases of a server with sign-in admit is checked too: each has its own alerts.
    """
    from cop.query.alert.watch import Findings, watch_version

    with open_service(store) as service:
        found: Findings = {}
        noted = watch_version(service, found)
        for release in _list_releases(service.room, store):
            watch_version(service.released_to(release), found)
        return noted


def _list_releases(room: "Room", store: StoreSettings) -> "tuple[Release, ...]":
    """Return what anyone who signs in may read, by the settings, and what partners are given."""
    from cop.access.access import Access
    from cop.access.policy import read_policy
    from cop.exchange.partner_release import PartnerReleases
    from cop.server.key import read_room_key

    web, access = build_settings(WebSettings), build_settings(AccessSettings)
    key = read_room_key(web.room_key_file) if web.room_key_file else None
    policy = read_policy(access.access)
    people = Access(room, policy, sign_in=web.sign_in, room_key=key).list_releases()
    return (*people, *PartnerReleases(room, store, policy).list())


def _alerts(data: Path | None) -> "Alerts":
    from cop.errors import StoreError
    from cop.store.catalogue.reader import is_published
    from cop.store.room.alert import Alerts

    store = build_settings(StoreSettings, data=data)
    if not is_published(store):
        raise StoreError(f"no warehouse in {store.data}; choose one with --data")
    return Alerts(store)


def _to_json(alert: "Alert") -> dict[str, Any]:
    from cop.model.moment import utc_now

    return alert.to_words(utc_now())


def _line(alert: "Alert") -> str:
    from cop.model.alert import FALSE_ALARMS
    from cop.model.moment import utc_now

    found = alert.finding
    sort = "SYNTHETIC " if alert.synthetic else ""
    return (
        f"{alert.id}  {alert.state:12}  {sort}{alert.title(utc_now())}: {found.observed} "
        f"{found.unit}, {found.expected:.1f} expected ({found.low:.0f} to {found.high:.0f}), near "
        f"{found.mgrs}; {FALSE_ALARMS[found.detector]}"
    )


def _print_alert(alert: "Alert", *, as_json: bool) -> None:
    typer.echo(json.dumps(_to_json(alert)) if as_json else _line(alert))
