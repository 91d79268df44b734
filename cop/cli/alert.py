"""Alerts of surges and rushes: look, list, acknowledge, close, export."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cop.app import build_settings, open_service
from cop.cli.base import AsJson, Data, app, guarded
from cop.settings import StoreSettings

if TYPE_CHECKING:
    from cop.model.alert import Alert
    from cop.store.room.alert import Alerts

alert_app = typer.Typer(no_args_is_help=True, help="Alerts of surges and rushes.")
app.add_typer(alert_app, name="alerts")
By = Annotated[str, typer.Option("--by", help="Who does it: it stays in the record.")]


@alert_app.command("detect")
@guarded
def detect(*, data: Data = None, as_json: AsJson = False) -> None:
    """Look through the newest version, once; a running server does so by itself."""
    _alerts(data)
    noted = watch_newest(build_settings(StoreSettings, data=data))
    if as_json:
        typer.echo(json.dumps([_words(alert) for alert in noted]))
        return
    for alert in noted:
        typer.echo(f"{alert.step}: {_line(alert)}")
    if not noted:
        typer.echo("nothing new")


@alert_app.command("list")
@guarded
def list_(
    *,
    data: Data = None,
    state: Annotated[
        str | None, typer.Option("--state", help="open, acknowledged or closed.")
    ] = None,
    records: Annotated[
        str | None, typer.Option("--records", help="real or synthetic; else both, apart.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List alerts, open ones first, by the newest version; real and SYNTHETIC ones stay apart."""
    from cop.model.alert import read_records, read_state, sort_alerts

    wanted, sort = read_state(state), read_records(records)
    alerts = _alerts(data)
    watch_newest(build_settings(StoreSettings, data=data))
    found = [
        alert for alert in sort_alerts(alerts.list(sort)) if wanted is None or alert.state == wanted
    ]
    found.sort(key=lambda alert: alert.synthetic)
    if as_json:
        typer.echo(json.dumps([_words(alert) for alert in found]))
        return
    for alert in found:
        typer.echo(_line(alert))
    if not found:
        typer.echo("no alerts")


@alert_app.command("show")
@guarded
def show(alert_id: str, *, data: Data = None, as_json: AsJson = False) -> None:
    """Show every step of one alert, the oldest first."""
    history = _alerts(data).history(alert_id)
    if as_json:
        typer.echo(json.dumps([_words(alert) for alert in history]))
        return
    for alert in history:
        typer.echo(f"{alert.at:%Y-%m-%d %H:%M}Z {alert.step} by {alert.who}: {_line(alert)}")


@alert_app.command("acknowledge")
@guarded
def acknowledge(alert_id: str, *, by: By, data: Data = None, as_json: AsJson = False) -> None:
    """Say who has seen an alert and looks after it."""
    _tell(_alerts(data).acknowledge(alert_id, by=by), as_json=as_json)


@alert_app.command("close")
@guarded
def close(
    alert_id: str,
    *,
    by: By,
    outcome: Annotated[str, typer.Option(help="confirmed, planned, data or false.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Close an alert with what came of it."""
    closed = _alerts(data).close_alert(alert_id, by=by, outcome=outcome, reason=reason)
    _tell(closed, as_json=as_json)


@alert_app.command("export")
@guarded
def export(
    alert_id: str,
    *,
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="A new file; else standard output.")] = None,
    sender: Annotated[str, typer.Option(help="Who sends it, best under your own domain.")] = "cop",
) -> None:
    """Write an alert as a CAP 1.2 message."""
    from cop.errors import AlertError
    from cop.export.cap import render_cap

    message = render_cap(_alerts(data).history(alert_id), sender=sender)
    if out is None:
        sys.stdout.write(message.decode())
        return
    try:
        with out.open("xb") as file:
            file.write(message)
    except OSError as fault:
        raise AlertError(f"{out}: cannot be written ({fault.strerror}); name a new file") from fault


def watch_newest(store: StoreSettings) -> "tuple[Alert, ...]":
    """Look through the newest version of a warehouse, once."""
    from cop.query.alert.watch import watch_version

    with open_service(store) as service:
        return watch_version(service.warehouse, service.warehouse.room.alerts)


def _alerts(data: Path | None) -> "Alerts":
    from cop.errors import StoreError
    from cop.store.catalogue.reader import is_published
    from cop.store.room.alert import Alerts

    store = build_settings(StoreSettings, data=data)
    if not is_published(store):
        raise StoreError(f"no warehouse in {store.data}: name one with --data")
    return Alerts(store)


def _words(alert: "Alert") -> dict[str, Any]:
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


def _tell(alert: "Alert", *, as_json: bool) -> None:
    typer.echo(json.dumps(_words(alert)) if as_json else _line(alert))
